//! Every row of `tables/claims.csv` from the other tables: what is claimed, what the run says of it, the verdict and
//! why.

use crate::run::finished;
use report::{BlockRow, ChannelRow, ClaimRow, Manifest, PanelRow, Verdict, layout, read_table};
use std::path::Path;
use streamscope_tests::harness::{Shared, program, succeed};

const FIRST: &str = "arXiv 2407.05340";
const SECOND: &str = "arXiv 2504.16290";

/// A claim: its name, its words, where it is made and what the paper says.
type Claim = (String, String, String, &'static str);
/// What a run says of it, the verdict, and why or what limits it.
type Answer = (String, Verdict, String);

/// What is known of a run.
struct Tables {
    channels: Vec<ChannelRow>,
    blocks: Vec<BlockRow>,
    panels: Vec<PanelRow>,
    manifest: Manifest,
}

impl Tables {
    fn read(folder: &Path) -> Tables {
        Tables {
            channels: read_table(&folder.join(layout::CHANNELS)).unwrap(),
            blocks: read_table(&folder.join(layout::BLOCKS)).unwrap(),
            panels: read_table(&folder.join(layout::PANELS)).unwrap(),
            manifest: Manifest::read(folder).unwrap(),
        }
    }

    fn block(&self, name: &str) -> Result<&BlockRow, Answer> {
        let found = self.blocks.iter().find(|b| b.block == name);
        found.ok_or_else(|| self.absent(name))
    }

    /// What the weights lack, as one sentence.
    fn missing(&self) -> String {
        let missing = &self.manifest.not_computed;
        let what: Vec<&str> = missing.iter().map(|m| m.what.trim_start_matches("block ")).collect();
        let (last, others) = what.split_last().unwrap();
        let tensors: Vec<&str> = missing.iter().flat_map(|m| &m.missing_tensors).map(String::as_str).collect();
        format!("{} and {last} cannot be computed: missing {}", others.join(", "), tensors.join(", "))
    }

    fn absent(&self, block: &str) -> Answer {
        let lacking = self.manifest.not_computed.iter().any(|m| m.what == format!("block {block}"));
        match lacking {
            true => open("", &self.missing()),
            false => open("", &format!("block {block} was not studied in this run")),
        }
    }

    fn decided(&self, ours: String, holds: bool, note: &str) -> Answer {
        let steps = &self.manifest.recipe["steps"];
        let mut reason = match steps == 2560 {
            true => String::new(),
            false => format!("pictures of {steps} steps, the paper's of 2560"),
        };
        if !reason.is_empty() && !note.is_empty() {
            reason.push_str("; ");
        }
        reason.push_str(note);
        let verdict = if holds { Verdict::Holds } else { Verdict::DoesNotHold };
        (ours, verdict, reason)
    }

    fn folded(&self) -> bool {
        self.manifest.network.batch_norm == "folded"
    }

    /// Whether all channels of a block were studied; if not, how many.
    fn partial(&self, row: &BlockRow) -> Option<String> {
        let studied = self.channels.iter().filter(|c| c.block == row.block).count();
        (studied < row.channels).then(|| format!("{studied} of {} channels were studied in this run", row.channels))
    }
}

fn open(ours: &str, reason: &str) -> Answer {
    (ours.to_owned(), Verdict::NotChecked, reason.to_owned())
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or("not defined".to_owned(), |v| format!("{v:.digits$}"))
}

fn p_value(p: Option<f64>) -> String {
    match p {
        None => "p not defined".to_owned(),
        Some(0.0) => "p = 0".to_owned(),
        Some(p) if p < 0.001 => format!("p = {p:.0e}"),
        Some(p) => format!("p = {p:.3}"),
    }
}

fn is_mix(m: f64) -> bool {
    1.0 / 1.5 < m && m < 1.5
}

/// A channel that figure 1 of the paper shows.
fn named(tables: &Tables, block: &str, channel: usize, called: &str) -> Result<Answer, Answer> {
    tables.block(block)?;
    let row = tables.channels.iter().find(|c| c.block == block && c.channel == channel);
    let row =
        row.ok_or_else(|| open("", &format!("channel {channel} of block {block} was not studied in this run")))?;
    let Some(m) = row.mix_ratio else {
        return Err(open("", "its pictures failed, so it has no mix ratio"));
    };
    if called == "scale-invariant" {
        let is = is_mix(m) && row.block_delta > Some(0.0) && row.input_delta > Some(0.0);
        let not = if is { "" } else { "not " };
        let deltas = [row.block_delta, row.input_delta].map(|d| number(d, 3));
        let ours = format!("{not}scale-invariant: mix ratio {m:.2}, dB {}, dI {}", deltas[0], deltas[1]);
        return Ok(tables.decided(ours, is, ""));
    }
    let is = match m {
        m if m <= 1.0 / 1.5 => "overwrite",
        m if m < 1.5 => "mix",
        _ => "skip",
    };
    let side = if m < 1.0 { "overwrite" } else { "skip" };
    let note = match is == "mix" && called == side {
        true => {
            format!("on the {called} side of 1, but within the band of mixes from 1/1.5 to 1.5")
        }
        false => String::new(),
    };
    Ok(tables.decided(format!("{is}, mix ratio {m:.2}"), is == called, &note))
}

fn spectrum(tables: &Tables, block: &str) -> Result<Answer, Answer> {
    let row = tables.block(block)?;
    let ours = format!("{} overwrite, {} mix, {} skip", row.overwrite, row.mix, row.skip);
    if let Some(reason) = tables.partial(row) {
        return Err(open(&ours, &reason));
    }
    let all = [row.overwrite, row.mix, row.skip].iter().all(|&n| n > 0);
    Ok(tables.decided(ours, all, ""))
}

fn panel<'a>(tables: &'a Tables, block: &str, measure: &str) -> Result<&'a PanelRow, Answer> {
    let found = tables.panels.iter().find(|p| p.block == block && p.measure == measure);
    let row = found.ok_or_else(|| tables.absent(block))?;
    if row.channels > 0 {
        return Ok(row);
    }
    Err(match measure {
        "bn2_weight_abs" if tables.folded() => {
            open("", "batch norm is folded into the convolution: |bn2.weight| cannot be recovered")
        }
        "tuning_curve_rho" => open("", "no images, or no correlation is defined over them"),
        _ => open("", "no channel has this measure"),
    })
}

fn correlation(tables: &Tables, block: &str, measure: &str) -> Result<Answer, Answer> {
    let row = panel(tables, block, measure)?;
    let (rho, p, n) = (row.spearman_rho, row.spearman_p, row.channels);
    let ours = match rho {
        Some(rho) => format!("ρ = {rho:.2}, {}, n = {n}", p_value(p)),
        None => format!("ρ not defined, n = {n}"),
    };
    let folded =
        if tables.folded() { ", and these weights are folded with batch norm, the paper's are not" } else { "" };
    Ok(open(&ours, &format!("the paper's ρ and p were not available{folded}")))
}

fn direction(tables: &Tables, block: &str, measure: &str) -> Result<Answer, Answer> {
    let row = panel(tables, block, measure)?;
    let (Some(rho), Some(p)) = (row.spearman_rho, row.spearman_p) else {
        return Err(open("ρ not defined", "no correlation is defined"));
    };
    let ours = format!("ρ = {rho:.2}, {}, n = {}", p_value(Some(p)), row.channels);
    if tables.folded() {
        return Err(open(&ours, "these weights are folded with batch norm, the paper's are not"));
    }
    if let Some(reason) = tables.partial(tables.block(block)?) {
        return Err(open(&ours, &reason));
    }
    if p < 0.05 {
        Ok(tables.decided(ours, rho < 0.0, ""))
    } else {
        Err(open(&ours, "p is not below 0.05: no direction can be told"))
    }
}

fn groups(tables: &Tables, block: &str, measure: &str) -> Result<Answer, Answer> {
    let row = panel(tables, block, measure)?;
    let ours = format!(
        "overwrite {}, skip {}, F = {}, {}",
        number(row.overwrite_mean, 3),
        number(row.skip_mean, 3),
        number(row.anova_f, 2),
        p_value(row.anova_p)
    );
    Ok(open(&ours, "the paper's means, F and p were not available"))
}

fn percent(tables: &Tables, block: &str) -> Result<Answer, Answer> {
    let row = tables.block(block)?;
    let of_block = || tables.channels.iter().filter(|c| c.block == block && c.mix_ratio.is_some());
    let both = |c: &&ChannelRow| c.block_delta > Some(0.0) && c.input_delta > Some(0.0);
    let without = of_block().filter(both).count();
    let all = of_block().filter(both).filter(|c| c.mix_ratio.is_some_and(is_mix)).count();
    let percent = |n: usize| (row.studied > 0).then(|| 100.0 * n as f64 / row.studied as f64);
    let ours = format!("{} and {}", number(percent(all), 1), number(percent(without), 1));
    let by_sign = of_block().filter(both).filter(|c| c.b_b <= 0.0 || c.i_i <= 0.0).count();
    let mut reason = "the heights of the paper's bars were not available".to_owned();
    if by_sign > 0 {
        reason.push_str(&format!(
            "; {by_sign} of the {without} channels without the mix criterion count only because B(B) or I(I) is not positive"
        ));
    }
    Ok(open(&ours, &reason))
}

fn by_block(tables: &Tables, block: &str) -> Result<Answer, Answer> {
    let row = tables.block(block)?;
    let of_block = tables.channels.iter().filter(|c| c.block == block);
    let meets = |c: &&ChannelRow| c.block_delta > Some(0.0) && c.mix_ratio.is_some_and(is_mix);
    let n = of_block.filter(meets).count();
    let percent = (row.studied > 0).then(|| 100.0 * n as f64 / row.studied as f64);
    let ours = format!("{} ({n} of {})", number(percent, 1), row.studied);
    Ok(open(&ours, "the paper's percent was not available"))
}

fn listed(tables: &Tables, block: &str, listed: [usize; 9]) -> Result<Answer, Answer> {
    tables.block(block)?;
    let of_block = tables.channels.iter().filter(|c| c.block == block);
    let rows: Vec<&ChannelRow> = of_block.filter(|c| listed.contains(&c.channel)).collect();
    if rows.is_empty() {
        return Err(open("", "0 of 9 were studied in this run"));
    }
    let mix = |c: &ChannelRow| c.mix_ratio.is_some_and(is_mix);
    let second = rows.iter().filter(|c| mix(c) && c.block_delta > Some(0.0)).count();
    let first = rows.iter().filter(|c| mix(c) && c.block_delta > Some(0.0) && c.input_delta > Some(0.0)).count();
    let ours = format!("on pictures {second} of {} by paper 2's criterion, {first} by paper 1's", rows.len());
    if rows.len() < 9 {
        return Err(open(&ours, &format!("{} of 9 were studied in this run", rows.len())));
    }
    Ok(tables.decided(ours, second == 9, "the list also rests on ImageNet's validation set"))
}

fn needs_validation_set(tables: &Tables) -> Answer {
    let reason =
        "needs the 50,000 images of ImageNet's validation set; ablate asks the same of labelled images at hand";
    match tables.manifest.not_computed.is_empty() {
        true => open("", reason),
        false => open("", &format!("{reason}; also, {}", tables.missing())),
    }
}

/// The first eight, and how many more there are.
fn first_eight(all: &[String]) -> String {
    let more = if all.len() > 8 { format!(" and {} more", all.len() - 8) } else { String::new() };
    format!("{}{more}", all[..all.len().min(8)].join(", "))
}

fn spectra(tables: &Tables) -> Result<Answer, Answer> {
    for row in &tables.blocks {
        if let Some(reason) = tables.partial(row) {
            return Err(open("", &format!("block {}: {reason}", row.block)));
        }
    }
    let lacks = |row: &&BlockRow| row.overwrite == 0 || row.mix == 0 || row.skip == 0;
    let of =
        |row: &BlockRow| format!("{} ({} overwrite, {} mix, {} skip)", row.block, row.overwrite, row.mix, row.skip);
    let lacking: Vec<String> = tables.blocks.iter().filter(lacks).map(of).collect();
    let all = tables.blocks.len();
    let ours = format!("all three kinds in {} of {all} studied blocks", all - lacking.len());
    let note = if lacking.is_empty() { String::new() } else { format!("not in {}", first_eight(&lacking)) };
    Ok(tables.decided(ours, lacking.is_empty(), &note))
}

fn directions(tables: &Tables, measure: &str) -> Result<Answer, Answer> {
    for row in &tables.blocks {
        if let Some(reason) = tables.partial(row) {
            return Err(open("", &format!("block {}: {reason}", row.block)));
        }
    }
    let panels = || {
        let of = tables.panels.iter().filter(|p| p.measure == measure && p.channels > 0);
        of.filter_map(|p| Some((&p.block, p.spearman_rho?, p.spearman_p?)))
    };
    if panels().count() == 0 {
        return Err(open(
            "",
            match tables.folded() {
                true => "batch norm is folded into the convolutions: its weights cannot be recovered",
                false => "no correlation is defined",
            },
        ));
    }
    let each: Vec<String> = panels().map(|(block, rho, _)| format!("{rho:.2} in {block}")).collect();
    let ours = format!("ρ = {}", first_eight(&each));
    let told = panels().filter(|(.., p)| *p < 0.05).count();
    let falls = panels().filter(|(_, rho, p)| *p < 0.05 && *rho < 0.0).count();
    if told == 0 {
        return Err(open(&ours, "p is not below 0.05 in any block: no direction can be told"));
    }
    let folded = if tables.folded() { "; batch norm is folded into these weights" } else { "" };
    let note =
        format!("p is below 0.05 in {told} of {} blocks, and ρ negative in {falls} of these{folded}", each.len());
    Ok(tables.decided(ours, falls == told, &note))
}

/// Of the eight blocks of ResNet18, the first three are the first third, the next three the second.
fn thirds(tables: &Tables) -> Result<Answer, Answer> {
    let thirds = [&["1.0", "1.1", "2.0"][..], &["2.1", "3.0", "3.1"], &["4.0", "4.1"]];
    let of = |third: &[&str]| {
        let rows = || tables.blocks.iter().filter(|row| third.contains(&&*row.block));
        let invariant = |row: &BlockRow| {
            let is = |c: &&ChannelRow| {
                let deltas = c.block_delta > Some(0.0) && c.input_delta > Some(0.0);
                c.block == row.block && deltas && c.mix_ratio.is_some_and(is_mix)
            };
            tables.channels.iter().filter(is).count()
        };
        let (found, studied) = (rows().map(invariant).sum::<usize>(), rows().map(|row| row.studied).sum::<usize>());
        (found, studied, rows().any(|row| tables.partial(row).is_some()))
    };
    let [early, middle, late] = thirds.map(of);
    let ours = format!(
        "{} of {} early, {} of {} in the middle, {} of {} late",
        early.0, early.1, middle.0, middle.1, late.0, late.1
    );
    if [early, middle].iter().any(|(found, studied, partial)| *found == 0 && (*studied == 0 || *partial)) {
        return Err(open(&ours, "not all blocks and channels that this is asked of were studied in this run"));
    }
    let note = "thirds of the network's blocks, paper 1's criteria";
    Ok(tables.decided(ours, early.0 > 0 && middle.0 > 0, note))
}

/// Every claim that can be asked of any network, and what the tables say of it.
fn of_any(tables: &Tables) -> Vec<(Claim, Answer)> {
    let either = |answer: Result<Answer, Answer>| answer.unwrap_or_else(|why| why);
    let words = "In every block some channels are overwritten, some mixed and some skipped".to_owned();
    let source = format!("{FIRST}, abstract and figure 2");
    let claim = ("any-spectrum".to_owned(), words, source, "all three, for a given block");
    let mut found = vec![(claim, either(spectra(tables)))];
    for (measure, id, what) in [
        ("bn2_weight_abs", "bn2-weight-abs", "its last batch norm"),
        ("conv2_weight_mean_abs", "conv2-weight-mean-abs", "its last convolution"),
    ] {
        let words =
            format!("Where a channel bypasses a block, the weights of {what} are small: they fall with the mix ratio");
        let source = format!("{FIRST}, figure 3, in the words of a public summary of it");
        found.push(((format!("any-{id}-falls"), words, source, "ρ < 0"), either(directions(tables, measure))));
    }
    let words = "Channels are scale-invariant in early blocks and in blocks in the middle".to_owned();
    let source = format!("{FIRST} and {SECOND}, abstracts");
    let claim = ("any-scale-invariant-early-and-middle".to_owned(), words, source, "some");
    found.push((claim, either(thirds(tables))));
    found
}

/// Every claim on the papers' network in its order, and what the tables say of it.
fn of_the_papers(tables: &Tables) -> Vec<(Claim, Answer)> {
    let mut found: Vec<(Claim, Answer)> = Vec::new();
    let either = |answer: Result<Answer, Answer>| answer.unwrap_or_else(|why| why);
    let seven = ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"];
    let three = ["1.1", "2.1", "3.1"];
    for (block, channel, called) in [
        ("1.1", 38, "overwrite"),
        ("1.1", 19, "mix"),
        ("1.1", 25, "skip"),
        ("3.1", 178, "scale-invariant"),
        ("3.1", 215, "scale-invariant"),
        ("3.1", 25, "scale-invariant"),
    ] {
        let words = format!("Channel {channel} of block {block} is an example of: {called}");
        let claim = (format!("{called}-{block}-{channel}"), words, format!("{FIRST}, figure 1"), called);
        found.push((claim, either(named(tables, block, channel, called))));
    }
    for block in seven {
        let words = format!("Channels of block {block} range from overwritten through mixed to skipped");
        let source = format!("{FIRST}, abstract and figure 2");
        let claim = (format!("spectrum-{block}"), words, source, "all three, for a given block");
        found.push((claim, either(spectrum(tables, block))));
    }
    let weights = [
        ("bn2_weight_abs", "bn2-weight-abs", "|bn2.weight|"),
        ("conv2_weight_mean_abs", "conv2-weight-mean-abs", "mean |conv2.weight|"),
    ];
    for (measure, id, what) in weights {
        for block in three {
            let words = format!("{what} of block {block} goes with the mix ratio");
            let claim = (format!("{id}-{block}"), words, format!("{FIRST}, figure 3"), "");
            found.push((claim, either(correlation(tables, block, measure))));
        }
    }
    for (measure, id, what) in weights {
        for block in three {
            let words =
                format!("{what} of block {block} is smaller for channels that bypass it: it falls with the mix ratio");
            let source = format!("{FIRST}, figure 3, in the words of a public summary of it");
            found.push((
                (format!("{id}-falls-{block}"), words, source, "ρ < 0"),
                either(direction(tables, block, measure)),
            ));
        }
    }
    for (measure, id, what) in [
        ("block_on_input", "block-on-input", "Block's activation on the Input picture"),
        ("tuning_curve_rho", "tuning-curve-rho", "The correlation of Input and Block over images"),
    ] {
        for block in three {
            let words = format!("{what} differs between the overwrite and the skip group of block {block}");
            let claim = (format!("{id}-{block}"), words, format!("{FIRST}, figure 4"), "");
            found.push((claim, either(groups(tables, block, measure))));
        }
    }
    for block in seven {
        let words = format!(
            "Percent of channels of block {block} that are scale-invariant, with and without the mix criterion"
        );
        let claim = (format!("scale-invariant-percent-{block}"), words, format!("{FIRST}, figure 5"), "");
        found.push((claim, either(percent(tables, block))));
    }
    for block in seven {
        let words = format!("Percent of channels of block {block} with dB > 0 and the mix ratio of a mix");
        let id = format!("scale-invariant-by-block-percent-{block}");
        let claim = (id, words, format!("{SECOND}, its criterion"), "");
        found.push((claim, either(by_block(tables, block))));
    }
    for (block, nine) in
        [("2.1", [108, 36, 13, 21, 60, 52, 93, 5, 58]), ("3.1", [113, 178, 22, 215, 204, 25, 29, 154, 200])]
    {
        let names = nine.map(|n| n.to_string()).join(", ");
        let words = format!("The published code ablates these channels of block {block} as scale-invariant: {names}");
        let id = format!("scale-invariant-listed-{block}");
        let claim = (id, words, format!("{SECOND}, its published code"), "9 of 9");
        found.push((claim, either(listed(tables, block, nine))));
    }
    let of = tables.channels.iter().filter(|c| c.mix_ratio.is_some()).count();
    let invariant = tables
        .channels
        .iter()
        .filter(|c| c.mix_ratio.is_some_and(is_mix) && c.block_delta > Some(0.0) && c.input_delta > Some(0.0));
    let ours = format!("{} of {of} studied channels", invariant.count());
    found.push((
        (
            "scale-invariant-many".to_owned(),
            "Many channels of intermediate blocks are scale-invariant".to_owned(),
            format!("{FIRST} and {SECOND}, abstracts"),
            "many",
        ),
        open(&ours, "“many” is no number to compare with"),
    ));
    for (block, accuracies) in [
        ("2.1", "63.75, 61.394, 59.39, 56.222, 51.686, 44.292"),
        ("3.1", "63.493, 61.712, 60.194, 57.424, 53.358, 46.704"),
    ] {
        let words = format!(
            "Top-1 accuracy after ablating the scale-invariant channels of {block}, on images enlarged by 1 to 1.5"
        );
        let claim = (format!("ablation-{block}"), words, format!("{SECOND}, ablation"), accuracies);
        found.push((claim, needs_validation_set(tables)));
    }
    let words = "Top-1 accuracy of the intact network".to_owned();
    let claim = ("intact-accuracy".to_owned(), words, format!("{SECOND}, ablation"), "69.758");
    found.push((claim, needs_validation_set(tables)));
    found
}

/// Panics unless the table of claims is what is expected, row by row and cell by cell.
fn check(folder: &Path, papers_network: bool) -> Vec<Verdict> {
    let claims: Vec<ClaimRow> = read_table(&folder.join(layout::CLAIMS)).unwrap();
    let tables = Tables::read(folder);
    let mut expected = of_any(&tables);
    if papers_network {
        expected.extend(of_the_papers(&tables));
    }
    assert_eq!(claims.len(), expected.len());
    for (found, ((id, claim, source, paper), of_tables)) in claims.iter().zip(expected) {
        let (ours, verdict, reason) = of_tables;
        let expected = ClaimRow { id, claim, source, paper: paper.to_owned(), ours, verdict, reason };
        assert_eq!(*found, expected);
    }
    claims.into_iter().map(|c| c.verdict).collect()
}

#[test]
fn of_another_network_what_can_be_asked_of_any_is_asked_and_nothing_else() {
    let verdicts = check(finished(), false);
    assert_eq!(verdicts.len(), 4);
}

#[test]
fn every_claim_on_the_papers_network_is_what_the_tables_say() {
    let Some(data) = testkit::golden::data_dir() else {
        return;
    };
    static RUN: Shared = Shared::new();
    let run = RUN.get(|out| {
        let weights = data.join("data/backbone").display().to_string();
        let out = out.display().to_string();
        let arguments = [
            "reproduce",
            "--weights",
            &weights,
            "--blocks",
            "1.1,3.1",
            "--channels",
            "19,25,38",
            "--steps",
            "2",
            "--seed",
            "3",
            "--out",
            &out,
        ];
        succeed(&mut program(&arguments));
    });
    let verdicts = check(run.path(), true);
    assert_eq!(verdicts.len(), 4 + 51);
    for verdict in [Verdict::Holds, Verdict::DoesNotHold, Verdict::NotChecked] {
        assert!(verdicts.contains(&verdict), "no claim that is {verdict}");
    }
    crate::page::check(run.path());
    crate::panels::check(run.path(), crate::chart::Labels::Rounded);
    crate::tuning::check(run.path(), crate::chart::Labels::Rounded);
}
