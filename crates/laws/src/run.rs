//! Trying laws on cases, shrinking what fails, and saying how it is made again.

use crate::expected::{Finding, Verdict};
use crate::kernel::{Kernel, Law, Problem};
use crate::{Address, Axis, Case, Fill, Float, Values};
use std::fmt;

/// A law as a list shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub law: &'static str,
    /// What it says.
    pub about: &'static str,
    /// Whether the implementation claims it.
    pub claimed: bool,
}

/// An implementation of any operation: what can be put to the test.
pub trait Subject {
    /// The operation.
    fn operation(&self) -> String;
    /// The implementation's name.
    fn name(&self) -> &str;
    /// The laws of the operation.
    fn laws(&self) -> Vec<About>;
    /// The numbers of a law's cases.
    fn axes(&self, law: &str) -> Vec<Axis>;
    /// What a law says of a case; `None` if its numbers do not go together.
    fn judge(&self, law: &str, case: &Case) -> Option<Verdict>;
    /// The operands of a case, where they are few.
    fn operands(&self, law: &str, case: &Case) -> Vec<String>;
}

/// The most values of an operand that a report shows.
const SHOWN: usize = 24;

impl<P: Problem<T>, T: Float> Kernel<P, T> {
    fn law(&self, name: &str) -> Law<P, T> {
        let law = P::laws().into_iter().find(|law| law.name == name);
        law.unwrap_or_else(|| panic!("{}: there is no law {name}", P::operation()))
    }

    fn problem(&self, law: &Law<P, T>, case: &Case) -> Option<P> {
        let fills = self.fills(law);
        P::build(case, &mut Values::new(fills[case.get("values")], case.number("seed"))).filter(self.takes)
    }

    /// The kinds of values that a law is tried on, without those that the implementation excludes.
    fn fills(&self, law: &Law<P, T>) -> Vec<Fill> {
        let claimed = |fill: &&Fill| match fill {
            Fill::Subnormal => self.claims.subnormals,
            Fill::Special => self.claims.not_finite || law.itself,
            _ => true,
        };
        law.fills.iter().filter(claimed).copied().collect()
    }
}

impl<P: Problem<T>, T: Float> Subject for Kernel<P, T> {
    fn operation(&self) -> String {
        P::operation()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn laws(&self) -> Vec<About> {
        let about = |law: Law<P, T>| About { law: law.name, about: law.about, claimed: (law.claimed)(self) };
        P::laws().into_iter().map(about).collect()
    }

    fn axes(&self, law: &str) -> Vec<Axis> {
        let fills = self.fills(&self.law(law));
        let beside = [
            Axis::number("part", 0, 999),
            Axis::words("values", fills.iter().map(|fill| fill.name()).collect()),
            Axis::number("seed", 0, 999_999),
        ];
        P::axes(&self.claims).into_iter().chain(beside).collect()
    }

    fn judge(&self, law: &str, case: &Case) -> Option<Verdict> {
        let law = self.law(law);
        let problem = self.problem(&law, case)?;
        Some((law.check)(self, &problem, case))
    }

    fn operands(&self, law: &str, case: &Case) -> Vec<String> {
        let problem = self.problem(&self.law(law), case);
        let shown = |(name, values): (&str, &[T])| match values.len() {
            0..SHOWN => format!("{name} = {values:?}"),
            n => format!("{name} = {n} values"),
        };
        problem.map(|problem| problem.operands().into_iter().map(shown).collect()).unwrap_or_default()
    }
}

/// How many cases of a law are tried, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many.
    pub cases: u64,
    /// Another seed means other cases.
    pub seed: u64,
}

impl Default for Plan {
    /// A hundred cases of each law, from seed 0.
    fn default() -> Plan {
        Plan { cases: 100, seed: 0 }
    }
}

/// A law that an implementation breaks: the smallest case found, and what was found there. Its debug output is its
/// display, so that `unwrap` shows it.
#[derive(Clone)]
pub struct Failure {
    /// The operation.
    pub operation: String,
    /// The implementation.
    pub implementation: String,
    /// The law.
    pub law: &'static str,
    /// What it says.
    pub about: &'static str,
    /// The smallest case found.
    pub case: Case,
    /// What was found there.
    pub finding: Finding,
    /// The case's operands, where they are few.
    pub operands: Vec<String>,
    /// The case that failed first.
    pub first: Case,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { operation, implementation, law, about, case, .. } = self;
        writeln!(f, "{operation}: {implementation} breaks the law `{law}`: {about}")?;
        writeln!(f, "  case      {case}")?;
        for operand in &self.operands {
            writeln!(f, "  operand   {operand}")?;
        }
        writeln!(f, "{}", self.finding)?;
        writeln!(f, "  first     {}", self.first)?;
        write!(f, "  again     laws::again(&kernel, \"{law}\", \"{case}\").unwrap();")
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Failure {}

/// What became of a law.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It held in so many cases, and this fraction of a bound was the largest used.
    Held {
        /// How many.
        cases: u64,
        /// Zero where bits are compared.
        worst: f64,
    },
    /// It was broken.
    Broken(Box<Failure>),
    /// The implementation does not claim it.
    NotClaimed,
}

/// How many draws are tried for a case whose numbers go together.
const DRAWS: u64 = 1000;

/// Tries a law on as many cases as planned, up to the first that breaks it.
///
/// # Panics
/// If the operation has no such law.
pub fn check(subject: &dyn Subject, law: &str, plan: Plan) -> Outcome {
    check_with(subject, law, plan, &mut |_| {})
}

/// The same, with a call after each case.
///
/// # Panics
/// If the operation has no such law.
pub fn check_with(subject: &dyn Subject, law: &str, plan: Plan, each: &mut dyn FnMut(u64)) -> Outcome {
    let operation = subject.operation();
    let about = subject.laws().into_iter().find(|about| about.law == law);
    let about = about.unwrap_or_else(|| panic!("{operation}: there is no law {law}"));
    if !about.claimed {
        return Outcome::NotClaimed;
    }
    let at = Address::new(plan.seed).word(&operation).word(law);
    let (mut cases, mut worst) = (0, 0.0_f64);
    for number in 0..plan.cases {
        let drawn = (0..DRAWS).find_map(|attempt| {
            let case = Case::draw(subject.axes(law), at.number(attempt), number);
            subject.judge(law, &case).map(|verdict| (case, verdict))
        });
        let Some((case, verdict)) = drawn else { continue };
        cases += 1;
        match verdict {
            Ok(used) => worst = worst.max(used),
            Err(finding) => return Outcome::Broken(Box::new(shrunk(subject, about, case, finding))),
        }
        each(number);
    }
    Outcome::Held { cases, worst }
}

/// How many other seeds a smaller case is tried with, where the values of its own do not show the mistake.
const SEEDS: u64 = 32;

/// The failure of the smallest case that numbers one or two at a time lead to.
fn shrunk(subject: &dyn Subject, about: About, first: Case, finding: Finding) -> Failure {
    let (mut case, mut finding) = (first.clone(), finding);
    let broken = |case: Case| match subject.judge(about.law, &case)? {
        Ok(_) => None,
        Err(finding) => Some((case, finding)),
    };
    let smaller = |case: &Case| case.simpler().into_iter().find_map(broken);
    let reseeded = |case: &Case| {
        // Without a seed to make smaller, each is smaller in another number.
        let smaller = case.clone().with("seed", 0).simpler().into_iter();
        smaller.flat_map(|case| (0..SEEDS).map(move |seed| case.clone().with("seed", seed))).find_map(broken)
    };
    while let Some((next, found)) = smaller(&case).or_else(|| reseeded(&case)) {
        (case, finding) = (next, found);
    }
    Failure {
        operation: subject.operation(),
        implementation: subject.name().to_owned(),
        law: about.law,
        about: about.about,
        operands: subject.operands(about.law, &case),
        case,
        finding,
        first,
    }
}

/// Tries every law that an implementation claims on a hundred cases each.
///
/// # Errors
/// The first law that is broken.
pub fn test(subject: &dyn Subject) -> Result<(), Box<Failure>> {
    test_with(subject, Plan::default())
}

/// Tries every law that an implementation claims, on as many cases as planned.
///
/// # Errors
/// The first law that is broken.
pub fn test_with(subject: &dyn Subject, plan: Plan) -> Result<(), Box<Failure>> {
    for about in subject.laws() {
        if let Outcome::Broken(failure) = check(subject, about.law, plan) {
            return Err(failure);
        }
    }
    Ok(())
}

/// Tries a law on the case of a name, as a failure prints it; gives the fraction of the bound that is used.
///
/// # Errors
/// If the law is broken there.
///
/// # Panics
/// If the operation has no such law, or the law no such case.
pub fn again(subject: &dyn Subject, law: &str, name: &str) -> Result<f64, Box<Failure>> {
    let operation = subject.operation();
    let about = subject.laws().into_iter().find(|about| about.law == law);
    let about = about.unwrap_or_else(|| panic!("{operation}: there is no law {law}"));
    let case = Case::parse(subject.axes(law), name).unwrap_or_else(|error| panic!("{operation}, {law}: {error}"));
    let verdict = subject.judge(law, &case).unwrap_or_else(|| panic!("{operation}, {law}: {name} is no problem"));
    verdict.map_err(|finding| {
        Box::new(Failure {
            operands: subject.operands(law, &case),
            implementation: subject.name().to_owned(),
            law: about.law,
            about: about.about,
            operation,
            first: case.clone(),
            case,
            finding,
        })
    })
}
