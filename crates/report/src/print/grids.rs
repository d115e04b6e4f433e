//! Figures 1 and 6: pictures of channels, and the photographs that they answer to most.

use super::sheet::{Place, Sheet, round, text};
use super::{Drawn, Print, TYPE};
use crate::error::ReportError;
use crate::files::read_file;
use crate::layout;
use crate::results::Results;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::html;
use std::path::PathBuf;

/// The least width of the grid of a channel, and the space above it, for its labels on the left and between pictures.
const GRID: f64 = 150.0;
const ABOVE: f64 = 21.0;
const BESIDE: f64 = 32.0;
const GAP: f64 = 2.0;

const ROLES: [(&str, &str); 3] = [("input", "Input"), ("block", "Block"), ("output", "Output")];

/// A kind of picture: its name on the left in one or two words, and where it is.
type Row = (&'static str, fn(&str, &str, usize) -> PathBuf);

const ROWS: [Row; 4] = [
    ("center neuron", layout::feature),
    ("whole channel", layout::channel_feature),
    ("top nine", layout::top_images),
    ("Block's part", layout::inhibition),
];

/// Draws the channels that are named, or the exemplars of the figure.
pub(super) fn draw(results: &Results, number: u8, print: &Print) -> Result<Option<Drawn>, ReportError> {
    let mut channels = print.channels.clone();
    if channels.is_empty() {
        let of_figure = results.exemplars.iter().filter(|e| e.figure == number);
        channels = of_figure.map(|e| (e.block.clone(), e.channel)).collect();
    }
    channels.retain(|(block, channel)| results.folder.join(layout::feature(block, "input", *channel)).exists());
    let there = |row: &&Row| {
        let any = |(block, channel): &(String, usize)| results.folder.join((row.1)(block, "input", *channel)).exists();
        channels.iter().any(any)
    };
    let rows: Vec<&Row> = ROWS.iter().filter(there).collect();
    let mut sheet = Sheet::new(print.width);
    let mut csv = vec![["block", "channel", "role", "row", "file"].map(str::to_owned).to_vec()];
    // As high as its rows of square pictures are, at the width that it will have.
    let per_line = (print.width / GRID).floor().max(1.0).min(channels.len().max(1) as f64);
    let per_line = (channels.len() as f64 / (channels.len() as f64 / per_line).ceil()).ceil().max(1.0);
    let width = print.width / per_line;
    let side = (width - BESIDE - 6.0) / 3.0 - GAP;
    let height = ABOVE + rows.len() as f64 * (side + GAP) + 8.0;
    let places = sheet.panels(channels.len(), GRID, height / width);
    for (place, (block, channel)) in places.into_iter().zip(&channels) {
        sheet.letter(place);
        let row = results.channels.iter().find(|c| c.block == *block && c.channel == *channel);
        let ratio = row.and_then(|row| row.mix_ratio).map_or_else(String::new, |m| format!(", mix ratio {m:.2}"));
        let title = format!("{block}/{channel}{ratio}");
        sheet.put(text((place.x + 14.0, place.y + 9.0), TYPE, "start", &title));
        for (column, (role, name)) in ROLES.into_iter().enumerate() {
            let x = place.x + BESIDE + column as f64 * (side + GAP);
            sheet.put(text((x + side / 2.0, place.y + 18.5), TYPE, "middle", name));
            for (at, (label, path)) in rows.iter().enumerate() {
                let y = place.y + ABOVE + at as f64 * (side + GAP);
                if column == 0 {
                    for (line, word) in label.split(' ').enumerate() {
                        let y = y + side / 2.0 + 8.0 * line as f64;
                        sheet.put(text((place.x + 1.0, y), TYPE, "start", word));
                    }
                }
                let file = path(block, role, *channel);
                if picture(results, &mut sheet, &file, Place { x, y, width: side, height: side })? {
                    let names = [block.clone(), channel.to_string(), role.to_owned(), (*label).to_owned()];
                    csv.push(names.into_iter().chain([file.display().to_string().replace('\\', "/")]).collect());
                } else {
                    sheet.put(text((x + side / 2.0, y + side / 2.0), TYPE, "middle", "not made"));
                }
            }
        }
    }
    Ok((csv.len() > 1).then_some(Drawn { sheet, csv }))
}

/// Puts a picture where it is to be; whether there is one.
fn picture(results: &Results, sheet: &mut Sheet, file: &std::path::Path, place: Place) -> Result<bool, ReportError> {
    let path = results.folder.join(file);
    if !path.exists() {
        return Ok(false);
    }
    let data = format!("data:image/png;base64,{}", STANDARD.encode(read_file(&path)?));
    sheet.put(html! {
        image x=(round(place.x)) y=(round(place.y)) width=(round(place.width)) height=(round(place.height)) href=(data) {}
    });
    Ok(true)
}
