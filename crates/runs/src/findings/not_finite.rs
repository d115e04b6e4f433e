//! Activations beyond what single precision holds: where they are, so that nobody takes them for numbers.

use crate::pictures::scale_tuning::ScaleCurve;
use report::registry::tables::CHANNELS;
use report::{ChannelRow, Row};
use resnet::{Architecture, Block, Role, Site};
use std::collections::{BTreeMap, BTreeSet};

/// So many channels of a site are named, the others counted.
const NAMED: usize = 8;
/// What stands for the rows of a channel in `tables/scale_tuning.csv`.
const SCALE_TUNING: &str = "scale_tuning";

/// The columns of a row whose numbers are not finite, and whether any of its curves is not; `None` where all are.
pub(super) fn columns<'a>(row: &ChannelRow, curves: impl Iterator<Item = &'a ScaleCurve>) -> Option<String> {
    let is_not = |column: &&str| row.number(column).is_some_and(|value| !value.is_finite());
    let mut names: Vec<&str> = CHANNELS.columns.iter().map(|column| column.name).filter(is_not).collect();
    if curves.flat_map(|curve| curve.activations).any(|value| !value.is_finite()) {
        names.push(SCALE_TUNING);
    }
    (!names.is_empty()).then(|| names.join(" "))
}

/// A sentence for each site at which channels have activations that are not finite, in the order of the network: the first
/// is where it begins.
pub(crate) fn sentences(architecture: &Architecture, rows: &[ChannelRow]) -> Vec<String> {
    let mut found: BTreeMap<Place, BTreeSet<usize>> = BTreeMap::new();
    for row in rows {
        let Some(block) = row.block.parse::<Block>().ok() else { continue };
        for column in row.not_finite.iter().flat_map(|columns| columns.split(' ')) {
            if let Some(role) = role(column) {
                found.entry(Place::of(architecture, block, role)).or_default().insert(row.channel);
            }
        }
    }
    found.into_iter().map(|(place, channels)| sentence(place.site, &channels)).collect()
}

/// A site by its place in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    block: Block,
    /// What enters a block comes before what it adds, and their sum after both.
    role: usize,
    site: Site,
}

impl Place {
    fn of(architecture: &Architecture, block: Block, role: Role) -> Place {
        Place { block, role: role as usize, site: architecture.read_site(block, role) }
    }
}

/// Whose activation a column holds: the letter before the picture's.
fn role(column: &str) -> Option<Role> {
    let column = column.strip_prefix("photo_").unwrap_or(column);
    let (read, picture) = column.split_once('_')?;
    let of =
        |letter: &str| Role::ALL.into_iter().find(|role| role.name().get(..1) == Some(letter) && letter.len() == 1);
    of(picture).and(of(read))
}

fn sentence(site: Site, channels: &BTreeSet<usize>) -> String {
    let named: Vec<String> = channels.iter().take(NAMED).map(usize::to_string).collect();
    let more = match channels.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let noun = if channels.len() == 1 { "channel" } else { "channels" };
    format!(
        "{site}: center activations of {noun} {}{more} are not finite, beyond what single precision holds: column not_finite of {} \
         names them",
        named.join(", "),
        CHANNELS.path
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(block: &str, channel: usize, o_o: f64, i_b: f64) -> ChannelRow {
        let mut cells = serde_json::json!({
            "block": format!("layer{block}"), "channel": channel, "retries": 0,
            "scale_invariant": false, "scale_invariant_no_mix": false, "scale_invariant_by_block": false,
        });
        for column in ["o_o", "i_o", "b_o", "o_i", "i_i", "b_i", "o_b", "i_b", "b_b"] {
            cells[column] = 1.0.into();
        }
        let mut row: ChannelRow = serde_json::from_value(cells).unwrap();
        (row.o_o, row.i_b) = (o_o, i_b);
        row
    }

    #[test]
    fn every_column_that_is_not_finite_is_named_in_the_order_of_the_table() {
        let curve = |value| ScaleCurve { seen: Role::Block, scale: 2.0, activations: [0.0, value, 1.0] };
        let named = |row: &ChannelRow, value| columns(row, [curve(0.0), curve(value)].iter());
        assert_eq!(named(&row("1.1", 0, 1.0, 2.0), 3.0), None);
        let mut other = row("1.1", 0, f64::NEG_INFINITY, f64::NAN);
        assert_eq!(named(&other, 3.0).as_deref(), Some("o_o i_b"));
        other.photo_b_b = Some(f64::INFINITY);
        assert_eq!(named(&other, f64::NAN).as_deref(), Some("o_o i_b photo_b_b scale_tuning"));
    }

    #[test]
    fn sites_are_told_in_the_order_of_the_network_with_their_channels() {
        let mut rows: Vec<ChannelRow> = (0..11).map(|channel| row("2.0", channel, 1.0, 1.0)).collect();
        for row in &mut rows {
            row.not_finite = Some("o_i photo_o_o scale_tuning".to_owned());
        }
        rows[3].not_finite = Some("b_o photo_input_share".to_owned());
        rows.push(row("1.1", 5, 1.0, 1.0));
        rows.push(ChannelRow { not_finite: Some("i_i".to_owned()), ..row("1.1", 7, 1.0, 1.0) });
        let loaded = crate::testing::load(32);
        let architecture = loaded.architecture();
        let tail =
            "are not finite, beyond what single precision holds: column not_finite of tables/channels.csv names them";
        assert_eq!(
            sentences(architecture, &rows),
            [
                format!("layer1.0: center activations of channel 7 {tail}"),
                format!("layer2.0.bn2: center activations of channel 3 {tail}"),
                format!("layer2.0.pre: center activations of channels 0, 1, 2, 4, 5, 6, 7, 8 and 2 more {tail}"),
            ]
        );
        assert_eq!(sentences(architecture, &[]), [""; 0]);
    }
}
