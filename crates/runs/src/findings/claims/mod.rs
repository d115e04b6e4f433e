//! Paper against ours: what the papers claim, and what a run's tables say of it.
//!
//! What can be asked of any network is asked of every one. What is about torchvision's ResNet18 is asked of that alone: its
//! channels, its blocks, its accuracy. A verdict is given only where a source states something that a table can decide. The papers' numbers of figures 2 to 5 stand in pictures that were not available: there our numbers are listed
//! beside an empty cell.

mod any;
mod evidence;
mod scale;
mod worth;

use crate::findings::paper;
pub(crate) use evidence::Evidence;
use evidence::Finding;
pub(crate) use evidence::Worth;
use report::ClaimRow;

const PAPER_1: &str = "arXiv 2407.05340";
const PAPER_2: &str = "arXiv 2504.16290";
/// The blocks that the papers study.
const STUDIED: [&str; 7] = ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"];
/// Those of them that figures 3 and 4 show.
const SECOND: [&str; 3] = ["1.1", "2.1", "3.1"];
/// Paper 2: the ablated block, then top-1 accuracy in percent on images enlarged by 1, 1.1 and so on to 1.5.
const ABLATIONS: [(&str, &str); 2] = [
    ("2.1", "63.75, 61.394, 59.39, 56.222, 51.686, 44.292"),
    ("3.1", "63.493, 61.712, 60.194, 57.424, 53.358, 46.704"),
];

/// The weights of figure 3: their column, and what the figure calls them.
const WEIGHTS: [(&str, &str); 2] =
    [("bn2_weight_abs", "|bn2.weight|"), ("conv2_weight_mean_abs", "mean |conv2.weight|")];
/// The measures of figure 4.
const GROUPED: [(&str, &str); 2] = [
    ("block_on_input", "Block's activation on the Input picture"),
    ("tuning_curve_rho", "The correlation of Input and Block over images"),
];

/// A claim, and what a run says of it.
struct Claim {
    id: String,
    claim: String,
    source: String,
    paper: &'static str,
    finding: Finding,
}

/// Every claim that is asked of the network: of any first, then, of the papers' own, theirs in their order.
pub(crate) fn rows(evidence: &Evidence<'_>) -> Vec<ClaimRow> {
    let mut claims = any::claims(evidence);
    claims.extend(worth::claims(evidence));
    if evidence.papers_network {
        claims.extend(of_the_papers_network(evidence));
    }
    claims.into_iter().map(row).collect()
}

fn of_the_papers_network(evidence: &Evidence<'_>) -> Vec<Claim> {
    let mut claims = figure_1(evidence);
    claims.extend(worth::named(evidence));
    claims.extend(figure_2(evidence));
    claims.extend(figure_3(evidence));
    claims.extend(figure_4(evidence));
    claims.extend(figure_5(evidence));
    claims.extend(paper_2s_criterion(evidence));
    claims.extend(listed(evidence));
    claims.push(many(evidence));
    claims.extend(accuracies(evidence));
    claims
}

fn row(claim: Claim) -> ClaimRow {
    let Claim { id, claim, source, paper, finding } = claim;
    let Finding { ours, verdict, reason } = finding;
    ClaimRow { id, claim, source, paper: paper.to_owned(), ours, verdict, reason }
}

fn figure_1(evidence: &Evidence<'_>) -> Vec<Claim> {
    let named = |(block, channel, called)| Claim {
        id: format!("{called}-{block}-{channel}"),
        claim: format!("Channel {channel} of block {block} is an example of: {called}"),
        source: format!("{PAPER_1}, figure 1"),
        paper: called,
        finding: evidence.named(block, channel, called),
    };
    paper::NAMED.into_iter().map(named).collect()
}

fn figure_2(evidence: &Evidence<'_>) -> Vec<Claim> {
    let spectrum = |block| Claim {
        id: format!("spectrum-{block}"),
        claim: format!("Channels of block {block} range from overwritten through mixed to skipped"),
        source: format!("{PAPER_1}, abstract and figure 2"),
        paper: "all three, for a given block",
        finding: evidence.spectrum(block),
    };
    STUDIED.into_iter().map(spectrum).collect()
}

/// A claim for each measure and each block that the figure shows.
fn of_panels(
    measures: [(&'static str, &'static str); 2],
    claim: impl Fn(&'static str, &'static str, &'static str) -> Claim,
) -> Vec<Claim> {
    let each = measures.into_iter().flat_map(|(measure, words)| SECOND.map(|block| (measure, words, block)));
    each.map(|(measure, words, block)| claim(measure, words, block)).collect()
}

/// What a measure is called in the names of claims.
fn slug(measure: &str) -> String {
    measure.replace('_', "-")
}

fn figure_3(evidence: &Evidence<'_>) -> Vec<Claim> {
    let mut claims = of_panels(WEIGHTS, |measure, words, block| Claim {
        id: format!("{}-{block}", slug(measure)),
        claim: format!("{words} of block {block} goes with the mix ratio"),
        source: format!("{PAPER_1}, figure 3"),
        paper: "",
        finding: evidence.correlation(block, measure),
    });
    claims.extend(of_panels(WEIGHTS, |measure, words, block| Claim {
        id: format!("{}-falls-{block}", slug(measure)),
        claim: format!("{words} of block {block} is smaller for channels that bypass it: it falls with the mix ratio"),
        source: format!("{PAPER_1}, figure 3, in the words of a public summary of it"),
        paper: "ρ < 0",
        finding: evidence.direction(block, measure),
    }));
    claims
}

fn figure_4(evidence: &Evidence<'_>) -> Vec<Claim> {
    of_panels(GROUPED, |measure, words, block| Claim {
        id: format!("{}-{block}", slug(measure)),
        claim: format!("{words} differs between the overwrite and the skip group of block {block}"),
        source: format!("{PAPER_1}, figure 4"),
        paper: "",
        finding: evidence.groups(block, measure),
    })
}

fn figure_5(evidence: &Evidence<'_>) -> Vec<Claim> {
    let percent = |block| Claim {
        id: format!("scale-invariant-percent-{block}"),
        claim: format!(
            "Percent of channels of block {block} that are scale-invariant, with and without the mix criterion"
        ),
        source: format!("{PAPER_1}, figure 5"),
        paper: "",
        finding: evidence.percent(block),
    };
    STUDIED.into_iter().map(percent).collect()
}

fn paper_2s_criterion(evidence: &Evidence<'_>) -> Vec<Claim> {
    let percent = |block| Claim {
        id: format!("scale-invariant-by-block-percent-{block}"),
        claim: format!("Percent of channels of block {block} with dB > 0 and the mix ratio of a mix"),
        source: format!("{PAPER_2}, its criterion"),
        paper: "",
        finding: evidence.percent_by_block(block),
    };
    STUDIED.into_iter().map(percent).collect()
}

fn listed(evidence: &Evidence<'_>) -> Vec<Claim> {
    let of_block = |(block, listed): (&'static str, [usize; 9])| {
        let names: Vec<String> = listed.iter().map(usize::to_string).collect();
        Claim {
            id: format!("scale-invariant-listed-{block}"),
            claim: format!(
                "The published code ablates these channels of block {block} as scale-invariant: {}",
                names.join(", ")
            ),
            source: format!("{PAPER_2}, its published code"),
            paper: "9 of 9",
            finding: evidence.listed(block, &listed),
        }
    };
    paper::SCALE_INVARIANT.into_iter().map(of_block).collect()
}

fn many(evidence: &Evidence<'_>) -> Claim {
    Claim {
        id: "scale-invariant-many".to_owned(),
        claim: "Many channels of intermediate blocks are scale-invariant".to_owned(),
        source: format!("{PAPER_1} and {PAPER_2}, abstracts"),
        paper: "many",
        finding: evidence.many(),
    }
}

/// Accuracies, after ablation and without.
fn accuracies(evidence: &Evidence<'_>) -> Vec<Claim> {
    let of = |id: String, claim: String, paper| Claim {
        id,
        claim,
        source: format!("{PAPER_2}, ablation"),
        paper,
        finding: evidence.needs_validation_set(),
    };
    let ablated = |(block, accuracies)| {
        let claim = format!(
            "Top-1 accuracy after ablating the scale-invariant channels of {block}, on images enlarged by 1 to 1.5"
        );
        of(format!("ablation-{block}"), claim, accuracies)
    };
    let mut claims: Vec<Claim> = ABLATIONS.into_iter().map(ablated).collect();
    claims.push(of("intact-accuracy".to_owned(), "Top-1 accuracy of the intact network".to_owned(), "69.758"));
    claims
}
