//! The section of the page on photographs: what they say of blocks, and which of them exemplars answer to most and
//! least.

use crate::numbers::number;
use crate::schema::{BlockRow, ChannelRow, ExemplarRow, ExtremeRow};
use maud::{Markup, html};

const OF_BLOCKS: [&str; 7] = [
    "block",
    "channels with a mix ratio",
    "median mix ratio",
    "scale-invariant",
    "scale-invariant %",
    "mean share of the Input",
    "% of images with B < 0 where I > 0",
];
const OF_CHANNELS: [&str; 9] = [
    "channel",
    "mix ratio",
    "on the picture",
    "dB",
    "dI",
    "scale metric",
    "scale-invariant",
    "share of the Input",
    "% of images with B < 0 where I > 0",
];

/// The section; nothing where there were no images.
pub(crate) fn section(
    blocks: &[BlockRow],
    channels: &[ChannelRow],
    exemplars: &[ExemplarRow],
    extremes: &[ExtremeRow],
) -> Markup {
    html! {
        @if !extremes.is_empty() {
            h2 { "Photographs" }
            p {
                "The same measures, with each role's picture replaced by the nine images that it answers to most: means over the nine. The Input's \
                 share of what a channel passes on is above 1 where Block on the whole takes away."
            }
            (of_blocks(blocks))
            p {
                "Exemplars, and the nine images that each role answers to most and least, with its center activation. The Output is read \
                 before its ReLU."
            }
            @for (block, channel) in each_once(exemplars) {
                @let row = channels.iter().find(|c| c.block == block && c.channel == channel);
                details {
                    summary { "Block " (block) ", channel " (channel) }
                    @if let Some(row) = row { (of_channel(row)) }
                    (ends(block, channel, extremes))
                }
            }
        }
    }
}

fn of_blocks(blocks: &[BlockRow]) -> Markup {
    let count = |n: Option<usize>| n.map_or_else(|| "not defined".to_owned(), |n| n.to_string());
    html! {
        div.wide { table {
            thead { tr { @for title in OF_BLOCKS { th { (title) } } } }
            tbody { @for b in blocks { tr {
                td { (b.block) } td { (count(b.photo_channels)) } td { (number(b.photo_median_mix_ratio, 2)) }
                td { (count(b.photo_scale_invariant)) } td { (number(b.photo_percent_scale_invariant, 1)) }
                td { (number(b.photo_mean_input_share, 3)) } td { (number(b.photo_mean_inhibited_percent, 1)) }
            } } }
        } }
    }
}

fn of_channel(c: &ChannelRow) -> Markup {
    let invariant = match c.photo_scale_invariant {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not defined",
    };
    html! {
        div.wide { table {
            thead { tr { @for title in OF_CHANNELS { th { (title) } } } }
            tbody { tr {
                td { (c.channel) } td { (number(c.photo_mix_ratio, 3)) } td { (number(c.mix_ratio, 3)) }
                td { (number(c.photo_block_delta, 3)) } td { (number(c.photo_input_delta, 3)) }
                td { (number(c.photo_scale_metric, 3)) } td { (invariant) }
                td { (number(c.photo_input_share, 3)) } td { (number(c.photo_inhibited_percent, 1)) }
            } }
        } }
    }
}

/// The images at both ends of each role, a column each.
fn ends(block: &str, channel: usize, extremes: &[ExtremeRow]) -> Markup {
    let columns = ["input", "block", "output"].map(|role| {
        ["top", "bottom"].map(|end| -> Vec<&ExtremeRow> {
            let of = |e: &&ExtremeRow| e.block == block && e.channel == channel && e.role == role && e.end == end;
            extremes.iter().filter(of).collect()
        })
    });
    let columns = columns.as_flattened();
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    html! {
        div.wide { table.words.ends {
            thead { tr {
                th { "rank" }
                @for role in ["Input", "Block", "Output"] { @for end in ["most", "least"] { th { (role) ", " (end) } } }
            } }
            tbody { @for rank in 0..longest { tr {
                td { (rank + 1) }
                @for column in columns {
                    td { @if let Some(e) = column.get(rank) { (number(Some(e.activation), 3)) " " (e.image) } }
                }
            } } }
        } }
    }
}

/// The block and channel of each exemplar, in the order of the table.
fn each_once(exemplars: &[ExemplarRow]) -> Vec<(&str, usize)> {
    let mut found: Vec<(&str, usize)> = Vec::new();
    for e in exemplars {
        let of = (e.block.as_str(), e.channel);
        if !found.contains(&of) {
            found.push(of);
        }
    }
    found
}
