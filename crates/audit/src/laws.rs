//! The kernels under their laws: what is true of every correct kernel, on cases that no network need have.

use ::laws::{Outcome, Plan, check};
use kernels::Isa;
use rayon::prelude::*;
use serde::Serialize;

/// How many cases of each law are tried. `cargo xtask laws` tries as many as one likes.
const CASES: u64 = 24;

/// A law of an operation, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct KeptLaw {
    /// The operation.
    pub operation: String,
    /// The law's name.
    pub law: &'static str,
    /// What it says.
    pub about: &'static str,
    /// In how many cases it held; zero where it was broken.
    pub cases: u64,
    /// The largest fraction of a bound that was used; zero where bits are compared.
    pub worst: f64,
    /// The smallest case that breaks it, and how it is made again.
    pub failure: Option<String>,
}

/// Every law that the kernels claim on an instruction set, with the others as variants.
pub(crate) fn kept(isa: Isa) -> Vec<KeptLaw> {
    let subjects = subjects::all(isa);
    let laws = subjects.iter().map(|subject| subject.laws()).enumerate();
    let jobs: Vec<_> = laws.flat_map(|(at, laws)| laws.into_iter().map(move |about| (at, about))).collect();
    let jobs: Vec<_> = jobs.into_iter().filter(|(_, about)| about.claimed).collect();
    let tried = jobs.into_par_iter().map(|(at, about)| {
        let subject = subjects::all(isa).swap_remove(at);
        let (cases, worst, failure) = match check(&*subject, about.law, Plan { cases: CASES, seed: 0 }) {
            Outcome::Held { cases, worst } => (cases, worst, None),
            Outcome::Broken(failure) => (0, 0.0, Some(failure.to_string())),
            Outcome::NotClaimed => (0, 0.0, None),
        };
        KeptLaw { operation: subject.operation(), law: about.law, about: about.about, cases, worst, failure }
    });
    tried.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_law_that_is_claimed_is_tried_as_often_as_said_and_held() {
        let kept = kept(Isa::best());
        let of = |law: &KeptLaw| (law.operation.clone(), law.law);
        let claimed: Vec<_> = subjects::all(Isa::best())
            .iter()
            .flat_map(|s| {
                s.laws().into_iter().filter(|l| l.claimed).map(|l| (s.operation(), l.law)).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(kept.iter().map(of).collect::<Vec<_>>(), claimed);
        for law in &kept {
            assert!(law.failure.is_none() && law.cases == CASES, "{law:?}");
        }
    }
}
