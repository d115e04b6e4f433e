//! One channel's mix ratio and scale measures, derived as a person would write it (method section 3).

use crate::error::AuditError;
use crate::page::{STYLE, write_text};
use crate::run::Run;
use crate::twin::{DOUBLE, TwinLayer, TwinNetwork, normalised};
use analysis::{Category, MIX_HIGH, MIX_LOW, mix_ratio};
use autodiff::Isa;
use maud::{DOCTYPE, PreEscaped, html};
use report::{ChannelRow, layout};
use resnet::{Block, Extent, Reader, Role, View};
use runs::{Loaded, Source};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Terms of the last convolution that are listed for each picture.
const TERMS: usize = 6;

/// A derivation.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    title: String,
    sections: Vec<Section>,
    pictures: Vec<PathBuf>,
}

#[derive(Clone, Debug, PartialEq)]
struct Section {
    title: String,
    sentences: Vec<String>,
    /// Its first row are the headings.
    table: Vec<Vec<String>>,
}

/// A product of the last convolution.
struct Term {
    channel: usize,
    tap: usize,
    weight: f64,
    activation: f64,
}

/// Derives what a finished run says of a channel.
///
/// # Errors
/// If the run is of other weights, does not have the channel, or cannot be read.
pub fn explain(
    source: &Source,
    folder: &Path,
    (block, channel): (Block, usize),
    isa: Isa,
) -> Result<Explanation, AuditError> {
    let loaded = source.clone().load()?;
    let run = Run::open(folder, &loaded)?;
    let row = run.row(block, channel)?;
    let derivation = Derivation {
        loaded: &loaded,
        run: &run,
        block,
        row,
        isa,
    };
    derivation.write()
}

struct Derivation<'a> {
    loaded: &'a Loaded,
    run: &'a Run,
    block: Block,
    row: &'a ChannelRow,
    isa: Isa,
}

impl Derivation<'_> {
    fn write(&self) -> Result<Explanation, AuditError> {
        let mut pictures = Vec::new();
        let mut pixels = Vec::new();
        let mut made = section("Pictures");
        made.sentences.push(
            "Each maximises the center neuron of this channel, at the Input, the Block or the Output. Measured is the 8-bit picture."
                .to_owned(),
        );
        made.table
            .push(cells(["made for", "file", "BLAKE3 of its bytes"]));
        for role in Role::ALL {
            let picture = self.run.picture(self.row, role)?;
            made.table.push(cells([
                role.name(),
                &picture.name.display().to_string(),
                blake3::hash(&picture.bytes).to_hex().as_str(),
            ]));
            pictures.push(picture.name);
            pixels.push(picture.pixels);
        }
        let sections = vec![
            made,
            self.activations(),
            self.terms(&pixels)?,
            self.mix_ratio(),
            self.scale(&pixels)?,
            self.outcome(),
        ];
        Ok(Explanation {
            title: format!("Block {}, channel {}", self.block, self.row.channel),
            sections,
            pictures,
        })
    }

    /// The nine activations, each Output as the sum of its two summands.
    fn activations(&self) -> Section {
        let r = self.row;
        let mut section = section("Nine activations");
        section.sentences.push(format!(
            "Read at the center neuron: the Input at {}, the Block at {}, and the Output, their sum in single precision, at {}.",
            self.block.read_site(Role::Input),
            self.block.read_site(Role::Block),
            self.block.read_site(Role::Output)
        ));
        section.table.push(cells([
            "picture",
            "Input",
            "+ Block",
            "= Output",
            "share of the Input",
        ]));
        for (name, i, b, o) in [
            ("Input's", r.i_i, r.b_i, r.o_i),
            ("Block's", r.i_b, r.b_b, r.o_b),
            ("Output's", r.i_o, r.b_o, r.o_o),
        ] {
            let share = if o > 0.0 {
                format!("{:.0} %", 100.0 * i / (i + b))
            } else {
                "the sum is not positive".to_owned()
            };
            section.table.push(vec![
                name.to_owned(),
                number(i),
                number(b),
                number(o),
                share,
            ]);
        }
        section
    }

    /// The products that the Block's activation on the Input's and the Block's picture consists of.
    fn terms(&self, pixels: &[Vec<u8>]) -> Result<Section, AuditError> {
        let architecture = self.loaded.network.architecture();
        let twin = TwinNetwork::new(&self.loaded.tensors, architecture)?;
        let mut section = section("The largest terms of the last convolution");
        let Some(layer) = twin.second(self.block) else {
            return Ok(section);
        };
        section.sentences.push(format!(
            "The Block is {}: {} products of a weight and an activation of its first half{}. In double precision, on each picture:",
            layer.name,
            layer.terms(),
            if layer.norm.is_some() { ", batch norm applied" } else { ", and a bias" }
        ));
        section.table.push(cells([
            "picture",
            "channel",
            "row, column",
            "weight",
            "activation",
            "product",
        ]));
        for (role, pixels) in [Role::Input, Role::Block].into_iter().zip(pixels) {
            let image = normalised(pixels, self.loaded.source.input_size, DOUBLE);
            let mut read = None;
            twin.run(&image, self.block, DOUBLE, &mut |at, x| {
                if at.name == layer.name {
                    read = Some(x.value.clone());
                }
            });
            let Some(x) = read else { continue };
            let (terms, constant) = terms(layer, &x, self.row.channel);
            let total: f64 = terms.iter().map(|t| t.weight * t.activation).sum();
            for term in terms.iter().take(TERMS) {
                let columns = layer.sliding.kernel.1;
                section.table.push(vec![
                    format!("{}'s", capital(role)),
                    term.channel.to_string(),
                    format!(
                        "{}, {}",
                        offset(term.tap / columns),
                        offset(term.tap % columns)
                    ),
                    number(term.weight),
                    number(term.activation),
                    number(term.weight * term.activation),
                ]);
            }
            let listed: f64 = terms
                .iter()
                .take(TERMS)
                .map(|t| t.weight * t.activation)
                .sum();
            section.sentences.push(format!(
                "{}'s picture: these {} give {}, the other {} give {}, the constant is {}; together {}.",
                capital(role),
                TERMS.min(terms.len()),
                number(listed),
                terms.len().saturating_sub(TERMS),
                number(total - listed),
                number(constant),
                number(total + constant)
            ));
        }
        Ok(section)
    }

    fn mix_ratio(&self) -> Section {
        let r = self.row;
        let mut section = section("Mix ratio");
        let mut say = |sentence: String| section.sentences.push(sentence);
        say("M = O(I) / O(B); 10 where O(B) is not positive, else 0 where O(I) is not; at least one must be.".to_owned());
        let positive = |name: &str, value: f64| {
            let yes = if value > 0.0 { "is" } else { "is not" };
            format!("{name} = {} {yes} positive.", number(value))
        };
        say(positive("O(I)", r.o_i));
        say(positive("O(B)", r.o_b));
        match mix_ratio(r.o_i, r.o_b) {
            Err(error) => say(format!("So M is not defined: {error}.")),
            Ok(m) => {
                say(format!("So M = {m:.6}."));
                let rule = match Category::of(m) {
                    Category::Overwrite => {
                        format!("M is at most 1/1.5 = {MIX_LOW:.4}: the block overwrites.")
                    }
                    Category::Mix => format!("M lies between {MIX_LOW:.4} and {MIX_HIGH}: a mix."),
                    Category::Skip => {
                        format!("M is at least {MIX_HIGH}: the input skips to the output.")
                    }
                };
                say(rule);
            }
        }
        section
    }

    fn scale(&self, pixels: &[Vec<u8>]) -> Result<Section, AuditError> {
        let r = self.row;
        let center = |view, role, pixels: &[u8]| -> Result<f64, AuditError> {
            let site = self.block.read_site(role);
            let reading: (&[_], Extent) = (&[site], Extent::Center);
            let size = self.loaded.source.input_size;
            let mut reader = Reader::new(&self.loaded.network, size, view, reading, self.isa)?;
            reader.read(pixels);
            Ok(f64::from(reader.center(site)[r.channel]))
        };
        let enlarged = center(View::Enlarged, Role::Block, &pixels[0])?;
        let shrunk = center(View::Shrunk, Role::Input, &pixels[1])?;
        let mut section = section("Scale measures");
        let mut say = |name: &str, formula: &str, parts: [f64; 3], value: Option<f64>| {
            let [scaled, plain, own] = parts.map(number);
            let result = value.map_or_else(|| "not defined".to_owned(), |v| format!("{v:+.6}"));
            section.sentences.push(format!(
                "{name} = {formula} = (max({scaled}, 0) - max({plain}, 0)) / {own} = {result}."
            ));
        };
        say(
            "dB",
            "(max(B(enlarge I), 0) - max(B(I), 0)) / B(B)",
            [enlarged, r.b_i, r.b_b],
            r.block_delta,
        );
        say(
            "dI",
            "(max(I(shrink B), 0) - max(I(B), 0)) / I(I)",
            [shrunk, r.i_b, r.i_i],
            r.input_delta,
        );
        if let Some(metric) = r.scale_metric {
            section
                .sentences
                .push(format!("Scale metric dB + dI = {metric:+.6}."));
        }
        Ok(section)
    }

    fn outcome(&self) -> Section {
        let r = self.row;
        let mut section = section("Scale invariance");
        section.table.push(cells(["rule", "value", "met"]));
        let rows = [
            (
                "dB > 0",
                r.block_delta,
                r.block_delta.is_some_and(|d| d > 0.0),
            ),
            (
                "dI > 0",
                r.input_delta,
                r.input_delta.is_some_and(|d| d > 0.0),
            ),
            (
                "1/1.5 < M < 1.5",
                r.mix_ratio,
                r.mix_ratio
                    .is_some_and(|m| Category::of(m) == Category::Mix),
            ),
        ];
        for (rule, value, met) in rows {
            let met = if met { "yes" } else { "no" };
            let value = value.map_or_else(|| "not defined".to_owned(), |v| format!("{v:.6}"));
            section.table.push(cells([rule, &value, met]));
        }
        let yes = |is: bool| if is { "is" } else { "is not" };
        section.sentences.push(format!(
            "The channel {} scale-invariant; without the criterion on M it {}.",
            yes(r.scale_invariant),
            yes(r.scale_invariant_no_mix)
        ));
        section
    }
}

/// The products of a channel's output at the center, the largest in magnitude first, and what is added to them; batch norm's scale is part
/// of the weights.
fn terms(layer: &TwinLayer, x: &reference::Map, channel: usize) -> (Vec<Term>, f64) {
    let taps = layer.sliding.kernel.0 * layer.sliding.kernel.1;
    let (height, width) = crate::twin::steps(layer.sliding).output_size(x.height, x.width);
    let (scale, constant) = match (&layer.norm, &layer.bias) {
        (Some((scale, shift)), _) => (scale[channel], shift[channel]),
        (None, Some(bias)) => (1.0, f64::from(bias[channel])),
        (None, None) => (1.0, 0.0),
    };
    let mut terms = Vec::new();
    for tap in 0..taps {
        let at = (height / 2, width / 2);
        let Some(from) = layer.reads(at, tap, (x.height, x.width)) else {
            continue;
        };
        for c in 0..layer.inputs {
            terms.push(Term {
                channel: c,
                tap,
                weight: scale * f64::from(layer.weights[(channel * layer.inputs + c) * taps + tap]),
                activation: x.data[from + c],
            });
        }
    }
    let size = |t: &Term| (t.weight * t.activation).abs();
    terms.sort_by(|a, b| size(b).total_cmp(&size(a)));
    (terms, constant)
}

/// A tap's place beside the center: -1, 0 or +1.
fn offset(tap: usize) -> String {
    match tap {
        0 => "-1".to_owned(),
        1 => "0".to_owned(),
        n => format!("+{}", n - 1),
    }
}

fn section(title: &str) -> Section {
    Section {
        title: title.to_owned(),
        sentences: Vec::new(),
        table: Vec::new(),
    }
}

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn capital(role: Role) -> &'static str {
    match role {
        Role::Input => "Input",
        Role::Block => "Block",
        Role::Output => "Output",
    }
}

fn number(value: f64) -> String {
    format!("{value:.4}")
}

impl Explanation {
    /// As text for a terminal.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.title);
        for section in &self.sections {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{}\n", section.title);
            for sentence in &section.sentences {
                let _ = writeln!(text, "  {sentence}");
            }
            let columns = section.table.first().map_or(0, Vec::len);
            let width = |column: usize| {
                let cells = section.table.iter().map(|row| row[column].chars().count());
                cells.max().unwrap_or(0)
            };
            let widths: Vec<usize> = (0..columns).map(width).collect();
            for row in &section.table {
                let cells = row
                    .iter()
                    .zip(&widths)
                    .map(|(cell, &width)| format!("{cell:<width$}"));
                let line = cells.collect::<Vec<_>>().join("  ");
                let _ = writeln!(text, "    {}", line.trim_end());
            }
        }
        text
    }

    /// Writes it as a page below the run's folder; its path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(
        &self,
        folder: &Path,
        block: Block,
        channel: usize,
    ) -> Result<PathBuf, AuditError> {
        let path = folder
            .join(layout::EXPLANATIONS)
            .join(format!("{block}_{channel}.html"));
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; title { (self.title) } style { (PreEscaped(STYLE)) } }
                body {
                    h1 { (self.title) }
                    p { @for picture in &self.pictures { img src={ "../" (picture.display()) } alt=(picture.display()); " " } }
                    @for section in &self.sections {
                        h2 { (section.title) }
                        @for sentence in &section.sentences { p { (sentence) } }
                        @if let Some((headings, rows)) = section.table.split_first() {
                            table {
                                thead { tr { @for cell in headings { th { (cell) } } } }
                                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
                            }
                        }
                    }
                }
            }
        };
        write_text(&path, &page.into_string())?;
        Ok(path)
    }
}
