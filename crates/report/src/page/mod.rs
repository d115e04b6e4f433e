//! `index.html`: everything on one plain page.

pub(crate) mod claims;
mod photographs;
mod worth;

use crate::figures::Shown;
use crate::layout;
use crate::manifest::Manifest;
use crate::numbers::number;
use crate::registry::TABLES;
use crate::results::Results;
use crate::schema::{BlockRow, ChannelRow};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeMap;

const STYLE: &str = "
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 0 auto; max-width: 1180px; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
figure { margin: 1rem 0 1.8rem; } figure img { max-width: 100%; border: 1px solid #ddd; } figcaption { color: #555; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid #e5e5e5; white-space: nowrap; }
th { font-weight: 600; } th:first-child, td:first-child { text-align: left; } thead th { vertical-align: bottom; white-space: normal; max-width: 7.5rem; }
table.words th, table.words td { text-align: left; white-space: normal; vertical-align: top; max-width: 22rem; }
table.ends { table-layout: fixed; width: 100%; } table.ends td { font-size: .85rem; overflow-wrap: anywhere; } table.ends th:first-child { width: 2.5rem; }
td img { width: 72px; height: 72px; display: block; image-rendering: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dt { color: #666; } dd { margin: 0; overflow-wrap: anywhere; }
.note { background: #fff6e0; padding: .6rem .9rem; border-left: 4px solid #e0a800; }
details > summary { cursor: pointer; font-weight: 600; margin: .5rem 0; }
";

/// The whole page.
pub(crate) fn page(results: &Results, figures: &[Shown]) -> String {
    let Results { manifest, blocks, channels, claims, exemplars, extremes, .. } = results;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Streamscope: the residual stream of " (name(manifest)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "The residual stream of " (name(manifest)) }
                p {
                    "Pictures of " (manifest.recipe["steps"]) " steps, " (seeds(manifest)) "."
                }
                p {
                    "Tables: "
                    @for (i, (path, name)) in tables(manifest).enumerate() { @if i > 0 { ", " } a href=(path) { (name) } }
                    ". What their columns hold: " a href=(layout::DICTIONARY) { "data dictionary" }
                    ". An empty cell of a table is what is not defined or was not computed. How it was made: "
                    a href=(layout::MANIFEST) { "manifest" } "."
                    @if manifest.images.is_some() {
                        " Center activations of every image are NumPy arrays in “activations”, a file for each site; their rows are "
                        a href=(layout::IMAGES) { "these images" } "."
                    }
                }
                (not_computed(manifest))
                h2 { "Blocks" }
                p {
                    "A block adds what enters it (Input, I) and what it makes of that (Block, B); the sum is the Output, O. O(I) is the Output's \
                     center activation on the picture optimised for Input, and so on. The mix ratio is O(I) / O(B): up to 1/1.5 the block overwrites \
                     its input, from 1.5 on the input skips to the output, between them they mix. A channel is scale-invariant if it mixes, dB > 0: \
                     Block answers more to the Input picture enlarged twice, and dI > 0: Input answers more to the Block picture shrunk to half."
                }
                (blocks_table(blocks))
                (worth::section(blocks))
                (worth::variants(&results.churn))
                (claims::section(claims))
                h2 { "Figures" }
                @for figure in figures {
                    figure {
                        a href={ (figure.path) ".svg" } { img src={ (figure.path) ".png" } width=(figure.width) alt=(figure.caption) loading="lazy"; }
                        figcaption { (figure.caption) }
                    }
                }
                (photographs::section(blocks, channels, exemplars, extremes))
                h2 { "Channels" }
                p {
                    "Each picture maximises the center neuron of its channel."
                }
                @for block in blocks {
                    details open[blocks.len() == 1] {
                        summary { "Block " (block.block) ": " (block.studied + block.failed) " of " (block.channels) " channels" }
                        div.wide { (channels_table(&block.block, channels)) }
                    }
                }
                h2 { "Recipe" }
                (recipe(manifest))
            }
        }
    };
    page.into_string()
}

/// The tables to read on from, and what each is of.
fn tables(manifest: &Manifest) -> impl Iterator<Item = (&'static str, &'static str)> {
    let has = manifest.has();
    let written = TABLES.iter().filter(move |table| table.is_of(has));
    written.filter_map(|table| Some((table.path, table.title?)))
}

/// The seeds of the pictures.
fn seeds(manifest: &Manifest) -> String {
    match &*manifest.seeds {
        [] | [_] => format!("seed {}", manifest.seed),
        seeds => format!("seeds {}", seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// The last part of the weights' path.
fn name(manifest: &Manifest) -> &str {
    let path = manifest.network.weights.trim_end_matches(['/', '\\']);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn not_computed(manifest: &Manifest) -> Markup {
    html! {
        @if !manifest.not_computed.is_empty() {
            div.note {
                "Not computed: "
                @for (i, missing) in manifest.not_computed.iter().enumerate() {
                    @if i > 0 { "; " }
                    (missing.what)
                    @if !missing.missing_tensors.is_empty() { " (missing " (missing.missing_tensors.join(", ")) ")" }
                }
                "."
            }
        }
        @if !manifest.failed.is_empty() {
            div.note { "No picture made the output positive, from any seed: " (manifest.failed.join("; ")) "." }
        }
    }
}

fn blocks_table(blocks: &[BlockRow]) -> Markup {
    html! {
        div.wide { table {
            thead { tr {
                @for title in ["block", "channels", "overwrite", "mix", "skip", "median mix ratio", "mean scale metric",
                    "scale-invariant %", "without mix criterion %", "of these, only because a denominator is 0 or less", "paper 2's criterion %", "not measured"] { th { (title) } }
            } }
            tbody { @for b in blocks { tr {
                td { (b.block) }
                td { (b.studied) @if b.studied != b.channels { " of " (b.channels) } }
                td { (b.overwrite) } td { (b.mix) } td { (b.skip) }
                td { (number(b.median_mix_ratio, 2)) } td { (number(b.mean_scale_metric, 3)) }
                td { (number(b.percent_scale_invariant, 1)) } td { (number(b.percent_scale_invariant_no_mix, 1)) }
                td { (b.no_mix_by_denominator) } td { (number(b.percent_scale_invariant_by_block, 1)) } td { (b.failed) }
            } } }
        } }
    }
}

fn channels_table(block: &str, channels: &[ChannelRow]) -> Markup {
    html! {
        table {
            thead { tr {
                @for title in ["channel", "Input", "Block", "Output", "mix ratio", "category", "O(I)", "O(B)", "O(O)", "dB", "dI",
                    "scale metric", "scale-invariant"] { th { (title) } }
            } }
            tbody { @for c in channels.iter().filter(|c| c.block == block) { tr {
                td { (c.channel) }
                @for role in ["input", "block", "output"] {
                    td { img src=(layout::feature(block, role, c.channel).display()) alt={ (role) " picture of channel " (c.channel) }
                        loading="lazy" width="72" height="72"; }
                }
                td { (number(c.mix_ratio, 3)) } td { (c.category.as_deref().unwrap_or("failed")) }
                td { (number(Some(c.o_i), 3)) } td { (number(Some(c.o_b), 3)) } td { (number(Some(c.o_o), 3)) }
                td { (number(c.block_delta, 3)) } td { (number(c.input_delta, 3)) } td { (number(c.scale_metric, 3)) }
                td { @if c.scale_invariant { "yes" } @else { "no" } }
            } } }
        }
    }
}

fn recipe(manifest: &Manifest) -> Markup {
    let network = &manifest.network;
    let widths: Vec<String> = network.widths.iter().map(usize::to_string).collect();
    let fields = manifest.recipe.as_object();
    html! {
        dl {
            dt { "program" } dd { (manifest.program) ", numerics version " (manifest.numerics_version) }
            dt { "weights" } dd { (network.weights) ", batch norm " (network.batch_norm) ", digest " (network.weights_digest) }
            dt { "network" } dd { "widths " (widths.join("-")) ", images of " (network.input_size) " by " (network.input_size) " pixels" @if network.shuffled { ", the elements of every tensor permuted: what is found is chance" } }
            @if let Some(images) = &manifest.images {
                dt { "images" }
                dd {
                    (images.folder) ", " (images.read) " read"
                    @if !images.skipped.is_empty() { ", " (images.skipped.len()) " skipped: " (images.skipped.join("; ")) }
                }
            }
            @for (key, value) in fields.into_iter().flatten() { dt { (key.replace('_', " ")) } dd { (value) } }
            @if !manifest.jitter.is_empty() { dt { "jitter" } dd { (jitter(&manifest.jitter)) } }
            dt { "instruction set" }
            dd {
                (manifest.instruction_set) " on " (manifest.threads) @if manifest.threads == 1 { " thread" } @else { " threads" }
                "; neither changes a bit"
            }
            @if !manifest.retried.is_empty() { dt { "made again" } dd { (manifest.retried.join("; ")) } }
        }
    }
}

/// The sites of each jitter, the smallest jitter first.
fn jitter(of_sites: &BTreeMap<String, usize>) -> String {
    let mut sites: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (site, &pixels) in of_sites {
        sites.entry(pixels).or_default().push(site);
    }
    let each = sites.iter().map(|(pixels, sites)| format!("{pixels} pixels at {}", sites.join(", ")));
    each.collect::<Vec<String>>().join("; ")
}
