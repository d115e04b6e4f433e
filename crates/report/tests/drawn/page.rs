//! `index.html` and `tables/claims.md` against the tables and the manifest: every cell, note, link and number, in
//! order.

use crate::figures::{FIGURES, figure_of};
use crate::svg::{Drawing, unescaped};
use report::registry::tables::Needs;
use report::registry::{TABLES, Table};
use report::{
    BlockRow, ChannelRow, ChurnRow, ClaimRow, ExemplarRow, ExtremeRow, Manifest, Verdict, layout, read_table,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A tag of the page and what stands in it, links and line breaks of the source left out.
type Piece = (String, String);

/// The pieces of a page, and its links with what they are called.
fn pieces(page: &str) -> (Vec<Piece>, Vec<(String, String)>) {
    let (_, body) = page.split_once("</style>").unwrap();
    let mut found: Vec<Piece> = Vec::new();
    let mut links: Vec<(String, String)> = Vec::new();
    let mut linked = false;
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        let text = unescaped(text);
        let name = tag.split(' ').next().unwrap();
        match name {
            "a" => {
                let (_, to) = tag.split_once("href=\"").unwrap();
                links.push((unescaped(to.trim_end_matches('"')), text.clone()));
                linked = true;
            }
            "/a" => linked = false,
            _ if name.starts_with('/') => found.push((name.to_owned(), String::new())),
            "img" => {
                assert!(linked || tag.contains(" alt=\""));
                found.push((tag.to_owned(), String::new()));
            }
            _ => {
                found.push((tag.to_owned(), String::new()));
            }
        }
        let last = &mut found.last_mut().unwrap().1;
        last.push_str(&text);
    }
    // Only what is said, and pictures; cells are there where they are empty too.
    found.retain(|(tag, text)| !text.is_empty() || tag == "td" || tag.starts_with("img"));
    (found, links)
}

/// The numbers in a text, as they are written.
fn numbers(text: &str) -> Vec<&str> {
    let parts = text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != '/');
    let parts = parts.map(|p| p.trim_matches(['.', '/']));
    parts.filter(|p| p.contains(|c: char| c.is_ascii_digit())).collect()
}

fn cell(value: Option<f64>, digits: usize) -> String {
    match value {
        Some(value) => format!("{value:.digits$}"),
        None => "not defined".to_owned(),
    }
}

/// What a page should say.
#[derive(Default)]
struct Expected {
    pieces: Vec<Piece>,
}

impl Expected {
    fn say(&mut self, tag: &str, text: impl Into<String>) {
        self.pieces.push((tag.to_owned(), text.into()));
    }

    fn table(&mut self, titles: &[&str], rows: &[Vec<String>]) {
        for title in titles {
            self.say("th", *title);
        }
        for row in rows {
            for cell in row {
                self.say("td", cell);
            }
        }
    }
}

/// Every piece of the page of a folder, and the table of claims in Markdown.
pub(crate) fn check(folder: &Path) {
    let page = fs::read_to_string(folder.join(layout::INDEX)).unwrap();
    let manifest = Manifest::read(folder).unwrap();
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let claims: Vec<ClaimRow> = read_table(&folder.join(layout::CLAIMS)).unwrap();
    let (found, links) = pieces(&page);
    let mut weights = manifest.network.weights.rsplit(['/', '\\']);
    let weights = weights.find(|p| !p.is_empty());
    let title = format!("The residual stream of {}", weights.unwrap());
    assert!(page.contains(&format!("<title>Streamscope: t{}</title>", &title[1..])));
    let mut expected = Expected::default();
    expected.say("h1", title);
    notes(&mut expected, &manifest);
    expected.say("h2", "Blocks");
    of_blocks(&mut expected, &blocks);
    if !manifest.variants.is_empty() {
        of_variants(&mut expected, folder);
    }
    of_claims(&mut expected, &claims, &page);
    expected.say("h2", "Figures");
    let figures = figures(&manifest, &blocks, folder);
    for (name, width) in &figures {
        expected.say("img", format!("figures/{name}.png {width}"));
    }
    photographs(&mut expected, folder, &manifest, &blocks);
    expected.say("h2", "Channels");
    of_channels(&mut expected, folder, &blocks);
    expected.say("h2", "Recipe");
    recipe(&mut expected, &manifest);
    let is_prose = |tag: &str| tag == "p" || tag == "figcaption" || tag == "/a";
    let plain: Vec<Piece> = found.iter().filter(|(tag, _)| !is_prose(tag)).map(plain).collect();
    for (i, (found, expected)) in plain.iter().zip(&expected.pieces).enumerate() {
        assert_eq!(found, expected, "piece {i}");
    }
    assert_eq!(plain.len(), expected.pieces.len());
    // One block is unfolded, of several none is.
    assert_eq!(page.matches("<details open>").count(), usize::from(blocks.len() == 1));
    paragraphs(&found, &manifest, &claims, &figures);
    linked(&links, &manifest, &figures);
    markdown(folder, &claims);
}

/// A piece without what its tag says beside its name; of pictures, where they are and how wide.
fn plain((tag, text): &Piece) -> Piece {
    let value = |name: &str| {
        let (_, after) = tag.split_once(&format!(" {name}=\"")).unwrap();
        after.split_once('"').unwrap().0.to_owned()
    };
    let name = tag.split([' ', '.']).next().unwrap();
    match name {
        "img" if tag.contains(" height=") => {
            let (source, alt) = (value("src"), value("alt"));
            assert_eq!((&*value("width"), &*value("height")), ("72", "72"));
            (name.to_owned(), format!("{source} {alt}"))
        }
        "img" => (name.to_owned(), format!("{} {}", value("src"), value("width"))),
        _ => (name.to_owned(), text.clone()),
    }
}

fn notes(expected: &mut Expected, manifest: &Manifest) {
    let missing: Vec<String> = manifest
        .not_computed
        .iter()
        .map(|m| match m.missing_tensors.is_empty() {
            true => m.what.clone(),
            false => format!("{} (missing {})", m.what, m.missing_tensors.join(", ")),
        })
        .collect();
    if !missing.is_empty() {
        expected.say("div", format!("Not computed: {}.", missing.join("; ")));
    }
    if !manifest.failed.is_empty() {
        let failed = manifest.failed.join("; ");
        expected.say("div", format!("No picture made the output positive, from any seed: {failed}."));
    }
}

fn of_blocks(expected: &mut Expected, blocks: &[BlockRow]) {
    let titles = [
        "block",
        "channels",
        "overwrite",
        "mix",
        "skip",
        "median mix ratio",
        "mean scale metric",
        "scale-invariant %",
        "without mix criterion %",
        "of these, only because a denominator is 0 or less",
        "paper 2's criterion %",
        "not measured",
    ];
    let row = |b: &BlockRow| {
        let of = if b.studied == b.channels { String::new() } else { format!(" of {}", b.channels) };
        vec![
            b.block.clone(),
            format!("{}{of}", b.studied),
            b.overwrite.to_string(),
            b.mix.to_string(),
            b.skip.to_string(),
            cell(b.median_mix_ratio, 2),
            cell(b.mean_scale_metric, 3),
            cell(b.percent_scale_invariant, 1),
            cell(b.percent_scale_invariant_no_mix, 1),
            b.no_mix_by_denominator.to_string(),
            cell(b.percent_scale_invariant_by_block, 1),
            b.failed.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = blocks.iter().map(row).collect();
    expected.table(&titles, &rows);
    worth(expected, blocks);
}

/// A probability in a column of them: a power of ten below a thousandth.
fn probability(p: Option<f64>) -> String {
    match p {
        None => "not defined".to_owned(),
        Some(0.0) => "0".to_owned(),
        Some(p) if p < 0.001 => format!("{p:.0e}"),
        Some(p) => format!("{p:.3}"),
    }
}

fn worth(expected: &mut Expected, blocks: &[BlockRow]) {
    if blocks.is_empty() {
        return;
    }
    expected.say("h3", "What these are worth");
    let of_percent = ["95% from", "to", "by chance %", "p", "q"];
    let mut titles = vec!["block", "seeds", "scale-invariant %, mean over seeds"];
    titles.extend(of_percent);
    titles.push("without mix criterion %");
    titles.extend(of_percent);
    titles.extend(["median mix ratio", "95% from", "to"]);
    let row = |b: &BlockRow| {
        let mut row = vec![b.block.clone(), b.seeds.to_string()];
        let all = [
            b.percent_scale_invariant_over_seeds,
            b.percent_scale_invariant_low,
            b.percent_scale_invariant_high,
            b.pairing_percent,
        ];
        row.extend(all.map(|value| cell(value, 1)));
        row.extend([b.pairing_p, b.pairing_q].map(probability));
        let no_mix = [
            b.percent_scale_invariant_no_mix_over_seeds,
            b.percent_scale_invariant_no_mix_low,
            b.percent_scale_invariant_no_mix_high,
            b.pairing_no_mix_percent,
        ];
        row.extend(no_mix.map(|value| cell(value, 1)));
        row.extend([b.pairing_no_mix_p, b.pairing_no_mix_q].map(probability));
        let median = [b.median_mix_ratio_over_seeds, b.median_mix_ratio_low, b.median_mix_ratio_high];
        row.extend(median.map(|value| cell(value, 2)));
        row
    };
    let rows: Vec<Vec<String>> = blocks.iter().map(row).collect();
    expected.table(&titles, &rows);
}

fn of_variants(expected: &mut Expected, folder: &Path) {
    let rows: Vec<ChurnRow> = read_table(&folder.join("tables/churn.csv")).unwrap();
    expected.say("h3", "What changes of the recipe change");
    let by_seed = "by another seed %";
    let titles = [
        "block",
        "variant",
        "channels",
        "other category %",
        by_seed,
        "other scale invariance %",
        by_seed,
        "scale-invariant %",
        "median mix ratio",
    ];
    let row = |r: &ChurnRow| {
        vec![
            r.block.clone(),
            r.variant.clone(),
            r.channels.to_string(),
            cell(r.percent_category_changed, 1),
            cell(r.seeds_percent_category_changed, 1),
            cell(r.percent_scale_invariance_changed, 1),
            cell(r.seeds_percent_scale_invariance_changed, 1),
            cell(r.percent_scale_invariant, 1),
            cell(r.median_mix_ratio, 2),
        ]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    expected.table(&titles, &rows);
}

const CLAIM_TITLES: [&str; 6] = ["claim", "source", "paper", "ours", "verdict", "why, or limits"];

fn cells(claim: &ClaimRow) -> Vec<String> {
    let verdict = match claim.verdict {
        Verdict::Holds => "holds",
        Verdict::DoesNotHold => "does not hold",
        Verdict::NotChecked => "not checked",
    };
    let ClaimRow { claim, source, paper, ours, reason, .. } = claim;
    [claim, source, paper, ours, verdict, reason].map(str::to_owned).to_vec()
}

fn of_claims(expected: &mut Expected, claims: &[ClaimRow], page: &str) {
    if claims.is_empty() {
        return;
    }
    expected.say("h2", "Paper against ours");
    let rows = |open: bool| -> Vec<Vec<String>> {
        let of = claims.iter().filter(|c| (c.verdict == Verdict::NotChecked) == open);
        of.map(cells).collect()
    };
    if !rows(false).is_empty() {
        expected.table(&CLAIM_TITLES, &rows(false));
    }
    if !rows(true).is_empty() {
        expected.say("summary", format!("{} not checked", rows(true).len()));
        expected.table(&CLAIM_TITLES, &rows(true));
    }
    let page = unescaped(page);
    for claim in claims {
        let row = format!("<tr id=\"{}\"><td>{}</td>", claim.id, claim.claim);
        assert_eq!(page.matches(&row).count(), 1, "{row}");
    }
}

/// The figures in the order of the page, and how wide each is.
fn figures(manifest: &Manifest, blocks: &[BlockRow], folder: &Path) -> Vec<(String, f64)> {
    let blocks: Vec<&str> = blocks.iter().map(|b| b.block.as_str()).collect();
    let there = FIGURES.iter().filter(|known| manifest.images.is_some() || !known.needs_images);
    let mut all: Vec<String> = there.flat_map(|known| known.files(&blocks)).collect();
    let svg = |name: &str| folder.join(format!("figures/{name}.svg"));
    all.retain(|name| svg(name).exists());
    let count = fs::read_dir(folder.join("figures")).unwrap().count();
    assert_eq!(2 * all.len(), count, "a figure that the page does not show");
    let wide = |name: String| {
        let width = Drawing::read(&svg(&name)).size.0;
        (name, width)
    };
    all.into_iter().map(wide).collect()
}

fn photographs(expected: &mut Expected, folder: &Path, manifest: &Manifest, blocks: &[BlockRow]) {
    if manifest.images.is_none() {
        return;
    }
    let channels: Vec<ChannelRow> = read_table(&folder.join(layout::CHANNELS)).unwrap();
    let exemplars: Vec<ExemplarRow> = read_table(&folder.join(layout::EXEMPLARS)).unwrap();
    let extremes: Vec<ExtremeRow> = read_table(&folder.join(layout::EXTREMES)).unwrap();
    expected.say("h2", "Photographs");
    let count = |n: Option<usize>| n.map_or_else(|| "not defined".to_owned(), |n| n.to_string());
    let rows = blocks.iter().map(|b| {
        vec![
            b.block.clone(),
            count(b.photo_channels),
            cell(b.photo_median_mix_ratio, 2),
            count(b.photo_scale_invariant),
            cell(b.photo_percent_scale_invariant, 1),
            cell(b.photo_mean_input_share, 3),
            cell(b.photo_mean_inhibited_percent, 1),
        ]
    });
    expected.table(
        &[
            "block",
            "channels with a mix ratio",
            "median mix ratio",
            "scale-invariant",
            "scale-invariant %",
            "mean share of the Input",
            "% of images with B < 0 where I > 0",
        ],
        &rows.collect::<Vec<_>>(),
    );
    let mut shown: Vec<(&str, usize)> = Vec::new();
    for e in &exemplars {
        let of = (e.block.as_str(), e.channel);
        if shown.contains(&of) {
            continue;
        }
        shown.push(of);
        expected.say("summary", format!("Block {}, channel {}", of.0, of.1));
        let channel = channels.iter().find(|c| (c.block.as_str(), c.channel) == of);
        if let Some(c) = channel {
            one_channel(expected, c);
        }
        let ends = |role: &str, end: &str| -> Vec<&ExtremeRow> {
            let of_end = extremes.iter().filter(|x| (x.block.as_str(), x.channel) == of);
            of_end.filter(|x| x.role == role && x.end == end).collect()
        };
        let columns = ["input", "block", "output"].map(|role| [ends(role, "top"), ends(role, "bottom")]).concat();
        let mut rows = Vec::new();
        for i in 0..columns.iter().map(Vec::len).max().unwrap() {
            let mut row = vec![(i + 1).to_string()];
            for column in &columns {
                let image = column.get(i).map(|x| {
                    assert_eq!(x.rank, i + 1);
                    format!("{:.3} {}", x.activation, x.image)
                });
                row.push(image.unwrap_or_default());
            }
            rows.push(row);
        }
        let titles =
            ["rank", "Input, most", "Input, least", "Block, most", "Block, least", "Output, most", "Output, least"];
        expected.table(&titles, &rows);
    }
}

fn one_channel(expected: &mut Expected, c: &ChannelRow) {
    let invariant = match c.photo_scale_invariant {
        None => "not defined",
        Some(yes) => ["no", "yes"][usize::from(yes)],
    };
    expected.table(
        &[
            "channel",
            "mix ratio",
            "on the picture",
            "dB",
            "dI",
            "scale metric",
            "scale-invariant",
            "share of the Input",
            "% of images with B < 0 where I > 0",
        ],
        &[vec![
            c.channel.to_string(),
            cell(c.photo_mix_ratio, 3),
            cell(c.mix_ratio, 3),
            cell(c.photo_block_delta, 3),
            cell(c.photo_input_delta, 3),
            cell(c.photo_scale_metric, 3),
            invariant.to_owned(),
            cell(c.photo_input_share, 3),
            cell(c.photo_inhibited_percent, 1),
        ]],
    );
}

fn of_channels(expected: &mut Expected, folder: &Path, blocks: &[BlockRow]) {
    let channels: Vec<ChannelRow> = read_table(&folder.join(layout::CHANNELS)).unwrap();
    for b in blocks {
        let studied = b.studied + b.failed;
        expected.say("summary", format!("Block {}: {studied} of {} channels", b.block, b.channels));
        let titles = [
            "channel",
            "Input",
            "Block",
            "Output",
            "mix ratio",
            "category",
            "O(I)",
            "O(B)",
            "O(O)",
            "dB",
            "dI",
            "scale metric",
            "scale-invariant",
        ];
        expected.table(&titles, &[]);
        for c in channels.iter().filter(|c| c.block == b.block) {
            expected.say("td", c.channel.to_string());
            for role in ["input", "block", "output"] {
                expected.say("td", "");
                let source = format!("features/{}/{role}/{}.png", b.block, c.channel);
                expected.say("img", format!("{source} {role} picture of channel {}", c.channel));
            }
            let values = vec![
                cell(c.mix_ratio, 3),
                c.category.clone().unwrap_or_else(|| "failed".to_owned()),
                format!("{:.3}", c.o_i),
                format!("{:.3}", c.o_b),
                format!("{:.3}", c.o_o),
                cell(c.block_delta, 3),
                cell(c.input_delta, 3),
                cell(c.scale_metric, 3),
                ["no", "yes"][usize::from(c.scale_invariant)].to_owned(),
            ];
            expected.table(&[], &[values]);
        }
    }
}

fn recipe(expected: &mut Expected, manifest: &Manifest) {
    let mut line = |name: &str, value: String| {
        expected.say("dt", name);
        expected.say("dd", value);
    };
    let network = &manifest.network;
    line("program", format!("{}, numerics version {}", manifest.program, manifest.numerics_version));
    line(
        "weights",
        format!("{}, batch norm {}, digest {}", network.weights, network.batch_norm, network.weights_digest),
    );
    let [a, b, c, d] = network.widths[..] else { panic!("four stages") };
    let size = network.input_size;
    line("network", format!("widths {a}-{b}-{c}-{d}, images of {size} by {size} pixels"));
    if let Some(images) = &manifest.images {
        let skipped = match images.skipped.len() {
            0 => String::new(),
            n => format!(", {n} skipped: {}", images.skipped.join("; ")),
        };
        line("images", format!("{}, {} read{skipped}", images.folder, images.read));
    }
    for (key, value) in manifest.recipe.as_object().unwrap() {
        line(&key.replace('_', " "), value.to_string());
    }
    let mut jitter: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (site, pixels) in &manifest.jitter {
        jitter.entry(*pixels).or_default().push(site.clone());
    }
    if !jitter.is_empty() {
        let each: Vec<String> =
            jitter.iter().map(|(pixels, sites)| format!("{pixels} pixels at {}", sites.join(", "))).collect();
        line("jitter", each.join("; "));
    }
    let threads = match manifest.threads {
        1 => "1 thread".to_owned(),
        n => format!("{n} threads"),
    };
    line("instruction set", format!("{} on {threads}; neither changes a bit", manifest.instruction_set));
    if !manifest.retried.is_empty() {
        line("made again", manifest.retried.join("; "));
    }
}

/// The numbers in running text: those of the run, and those that define what is shown.
fn paragraphs(found: &[Piece], manifest: &Manifest, claims: &[ClaimRow], figures: &[(String, f64)]) {
    let prose = |wanted: &'static str| found.iter().filter(move |(tag, _)| tag == wanted).map(|p| p.1.as_str());
    let seeds = match &*manifest.seeds {
        [] => format!("seed {}", manifest.seed),
        seeds => format!("seeds {}", seeds.iter().map(u64::to_string).collect::<Vec<String>>().join(", ")),
    };
    let steps = format!("Pictures of {} steps, {seeds}.", manifest.recipe["steps"]);
    let count = |verdict| claims.iter().filter(|c| c.verdict == verdict).count();
    let counts = format!(
        "{} claims of the papers: {} hold, {} do not hold, {} were not checked.",
        claims.len(),
        count(Verdict::Holds),
        count(Verdict::DoesNotHold),
        count(Verdict::NotChecked)
    );
    let mut said = Vec::new();
    for paragraph in prose("p") {
        let known: &[&str] = match paragraph {
            p if p == steps => {
                said.push("steps");
                continue;
            }
            p if p.starts_with(&counts) => {
                said.push("claims");
                continue;
            }
            p if p.starts_with("Tables: ") => {
                assert_eq!(p.contains("NumPy"), manifest.images.is_some());
                // In the names of links.
                &["3", "4", "9", "1", "6", "8"]
            }
            p if p.starts_with("A block adds") => &["1/1.5", "1.5", "0", "0"],
            p if p.starts_with("The same measures") => &["1"],
            p if p.starts_with("Intervals hold") => &["95"],
            _ => &[],
        };
        assert_eq!(numbers(paragraph), known, "{paragraph}");
    }
    let claimed = ["steps", "claims"];
    assert_eq!(said, claimed[..if claims.is_empty() { 1 } else { 2 }]);
    let captions: Vec<&str> = prose("figcaption").collect();
    assert_eq!(captions.len(), figures.len());
    for ((name, _), caption) in figures.iter().zip(captions) {
        let (_, block) = name.rsplit_once('_').unwrap();
        let kind = figure_of(name);
        let known: Vec<&str> = kind.numbers.iter().map(|n| if *n == "block" { block } else { n }).collect();
        assert_eq!(numbers(caption), known, "{caption}");
        // A key to the colors is there where there are maps.
        let explained = caption.contains("red where Block takes away");
        let maps = manifest.images.is_some() && kind.is_sheet;
        assert_eq!(explained, maps, "{name}");
        let image = format!("img src=\"figures/{name}.png\"");
        let image = found.iter().find(|(tag, _)| tag.starts_with(&image)).unwrap();
        assert!(unescaped(&image.0).contains(&format!("alt=\"{caption}\"")), "{name}");
    }
}

/// Links lead to the tables by their names, and from each figure to its drawing.
fn linked(links: &[(String, String)], manifest: &Manifest, figures: &[(String, f64)]) {
    let varied = !manifest.variants.is_empty();
    let there = |table: &&Table| match table.needs {
        None => true,
        Some(Needs::Images) => manifest.images.is_some(),
        Some(Needs::Variants) => varied,
    };
    let titled = TABLES.iter().filter(there).filter_map(|table| table.title.map(|title| (table.path, title)));
    let mut expected: Vec<(&str, &str)> = titled.collect();
    expected.extend([(layout::DICTIONARY, "data dictionary"), (layout::MANIFEST, "manifest")]);
    if manifest.images.is_some() {
        expected.push((layout::IMAGES, "these images"));
    }
    expected.extend([(layout::CLAIMS, "CSV"), (layout::CLAIMS_MARKDOWN, "Markdown")]);
    let mut expected: Vec<(String, String)> =
        expected.into_iter().map(|(to, name)| (to.to_owned(), name.to_owned())).collect();
    expected.extend(figures.iter().map(|(name, _)| (format!("figures/{name}.svg"), String::new())));
    // A page without claims links to none.
    expected.retain(|link| !link.0.contains("claims") || links.iter().any(|l| l.0 == link.0));
    assert_eq!(links, expected);
}

/// `claims.md` has the cells of `claims.csv`, a line each.
fn markdown(folder: &Path, claims: &[ClaimRow]) {
    let text = fs::read_to_string(folder.join(layout::CLAIMS_MARKDOWN)).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next().unwrap(), format!("| {} |", CLAIM_TITLES.join(" | ")));
    assert_eq!(lines.next().unwrap(), "| --- | --- | --- | --- | --- | --- |");
    for (claim, line) in claims.iter().zip(lines.by_ref()) {
        // What a reader of Markdown sees.
        let (mut found, mut letters) = (vec![String::new()], line.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => found.last_mut().unwrap().push(letters.next().unwrap()),
                '|' => found.push(String::new()),
                _ => found.last_mut().unwrap().push(letter),
            }
        }
        assert_eq!((found[0].as_str(), found[7].as_str(), found.len()), ("", "", 8), "{line}");
        for (cell, of_table) in found[1..7].iter().zip(cells(claim)) {
            assert_eq!(*cell, format!(" {} ", of_table.replace('\n', " ")));
        }
    }
    assert_eq!(lines.next(), None);
}
