//! Everything that is drawn or said of real runs, computed again from their tables, pictures, activations and manifest
//! by code that shares nothing with what drew it. What accounts for each text and mark of a figure and of the page is
//! what `report`'s own tests hold to hand-made tables; here it is held to runs, with the mosaics, the maps and the
//! claims.

mod bins;
#[path = "../../../crates/report/tests/drawn/chart.rs"]
mod chart;
mod claims;
#[path = "../../../crates/report/tests/drawn/convergence.rs"]
mod convergence;
#[path = "../../../crates/report/tests/drawn/criteria.rs"]
mod criteria;
#[path = "../../../crates/report/tests/drawn/figures.rs"]
mod figures;
#[path = "../../../crates/report/tests/folder/mod.rs"]
mod folder;
#[path = "../../../crates/report/tests/drawn/grids.rs"]
mod grids;
#[path = "../../../crates/report/tests/drawn/histograms.rs"]
mod histograms;
#[path = "../../../crates/report/tests/drawn/invariance.rs"]
mod invariance;
#[path = "../../../crates/report/tests/drawn/lines.rs"]
mod lines;
mod maps;
mod mosaics;
#[path = "../../../crates/report/tests/drawn/page.rs"]
mod page;
#[path = "../../../crates/report/tests/drawn/panels.rs"]
mod panels;
mod run;
#[path = "../../../crates/report/tests/drawn/svg.rs"]
mod svg;
#[path = "../../../crates/report/tests/drawn/tuning.rs"]
mod tuning;
#[path = "../../../crates/report/tests/drawn/ways.rs"]
mod ways;

use chart::Labels;
use run::finished;
use std::fs;

#[test]
fn every_figure_of_a_run_shows_its_tables() {
    let out = finished();
    histograms::check(out);
    bins::bins_count_mix_ratios(out);
    assert_eq!(panels::check(out, Labels::Rounded), [3, 4, 9]);
    invariance::check(out);
    criteria::check(out, Labels::Rounded);
    convergence::check(out, Labels::Rounded);
    ways::check_paths(out, Labels::Rounded);
    ways::check_enlargement(out, Labels::Rounded);
    let blocks = tuning::check(out, Labels::Rounded);
    assert_eq!(blocks, run::BLOCKS);
    let grids = grids::check(out);
    assert_eq!(grids.len(), 2 * run::BLOCKS.len());
    // Grids, figure 10 of each block, and those of all blocks: there is no file more.
    let files: Vec<_> = fs::read_dir(out.join("figures")).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.iter().all(|path| path.extension().unwrap() == "svg"), "{files:?}");
    assert_eq!(files.len(), grids.len() + figures::once(true) + blocks.len());
}

#[test]
fn the_page_of_a_run_shows_its_tables_and_its_manifest() {
    page::check(finished());
}
