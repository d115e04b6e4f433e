//! The tables of finished runs, computed again from their pictures, photographs and weights by code that shares nothing
//! with the program's.
//!
//! The answers of neurons go through a network in f64 with a bound of eight deviations on single precision
//! ([`network`]); all else follows of the tables' own answers, to the last bit or within the rounding of a sum in
//! another order ([`statistics`]). A column that nothing computes again is a failure, as are rows that are missing, too
//! many or in another order ([`ledger`]).
#![expect(clippy::print_stdout, reason = "what is recomputed of a run that was named is said")]

mod activations;
mod blocks;
mod channels;
mod claims;
mod conditions;
mod csv;
mod curves;
mod exemplars;
mod extremes;
mod ledger;
mod likeness;
mod manifest;
mod measures;
mod network;
mod of_the_network;
mod panels;
mod pictures;
mod provenance;
mod run;
mod runs;
mod scale_tuning;
mod statistics;
mod ways;
mod weights;
mod worth;

use ledger::Ledger;
use run::Run;
use std::path::Path;

/// Computes everything again; `images` photographs at their own size, and the top nine of `tops` roles of channels at
/// others.
fn recomputed(folder: &Path, images: usize, tops: usize) -> (Run, Ledger) {
    let run = Run::open(folder);
    let mut ledger = Ledger::default();
    let pictures = scale_tuning::on_pictures(&run);
    activations::check(&run, images, &mut ledger);
    scale_tuning::check(&run, &pictures, tops, &mut ledger);
    channels::check(&run, &pictures, &mut ledger);
    worth::check(&run, &mut ledger);
    curves::check(&run, &mut ledger);
    conditions::check(&run, &mut ledger);
    ways::check(&run, &mut ledger);
    claims::check(&run, &mut ledger);
    blocks::check(&run, &mut ledger);
    panels::check(&run, &mut ledger);
    exemplars::check(&run, &mut ledger);
    extremes::check(&run, &mut ledger);
    likeness::check(&run, &mut ledger);
    of_the_network::check(&run, &mut ledger);
    manifest::check(&run, &mut ledger);
    provenance::check(&run, &mut ledger);
    (run, ledger)
}

/// As [`recomputed`], with everything computed again and nothing wrong.
#[track_caller]
fn whole(folder: &Path) -> Run {
    let (run, ledger) = recomputed(folder, usize::MAX, usize::MAX);
    ledger.close();
    assert_eq!(ledger.unread(), 0);
    run
}

#[test]
fn a_run_named_by_the_environment_is_recomputed() {
    let Some(folder) = std::env::var_os("STREAMSCOPE_RUN") else {
        println!("skipped: STREAMSCOPE_RUN names no run");
        return;
    };
    let (_, ledger) = recomputed(Path::new(&folder), 5, 3);
    println!("{}\n{} cells outside the sample\n", ledger.markdown(), ledger.unread());
    ledger.close();
}
