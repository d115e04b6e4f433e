//! The laws of every operation.

use crate::expected::{Finding, Verdict, same_bits};
use crate::kernel::{Kernel, Law, Problem, into};
use crate::{Case, Fill, Float, Operand, Region};

/// What holds for every operation, linear or not.
///
/// - `twin`: each value is the plain double-precision twin's within the bound that the claims allow.
/// - `not-finite`: infinities and NaN among the operands give what the definition gives: NaN in, NaN out.
/// - `written`: all of the output is written whatever it held, and nothing in its gaps or beside it.
/// - `variants`: every thread count and instruction set gives the same bits.
pub fn general<P: Problem<T>, T: Float>() -> Vec<Law<P, T>> {
    vec![
        Law::new("twin", "each value is the twin's within the derived bound", Fill::FINITE, |k, p, _| k.compared(p)),
        Law::new(
            "not-finite",
            "infinities and NaN among the operands give what the definition gives",
            &[Fill::Special],
            |k, p, _| k.compared(p),
        )
        .where_claimed(|k| k.claims.not_finite),
        Law::new(
            "written",
            "all of the output is written whatever it held, and nothing in its gaps or beside it",
            Fill::GRID,
            written,
        ),
        Law::new("variants", "thread counts and instruction sets change no bit", Fill::ANY, variants)
            .of_itself()
            .where_claimed(|k| k.claims.same_bits && !k.variants.is_empty()),
    ]
}

/// `alone`: a row, an image or a value that is computed alone has the bits it has in company; of operations that have
/// [`Problem::alone`].
pub fn alone<P: Problem<T>, T: Float>() -> Law<P, T> {
    Law::new("alone", "what is computed alone has the bits it has in company", Fill::ANY, is_alone)
        .of_itself()
        .where_claimed(|k| k.claims.same_bits)
}

/// `region`: a region of a map that is computed alone has the bits of the whole, and nothing beside it is written; of
/// operations that have [`Problem::map`], where the implementation has a way to compute one.
pub fn region<P: Problem<T>, T: Float>() -> Law<P, T> {
    let about = "a region computed alone has the bits of the whole, and nothing beside it is written";
    Law::new("region", about, Fill::ANY, is_region).of_itself().where_claimed(|k| k.part.is_some())
}

fn written<P: Problem<T>, T: Float>(kernel: &Kernel<P, T>, problem: &P, _: &Case) -> Verdict {
    let (before, expected) = (T::nearest(7.0), kernel.expected(problem));
    for start in [T::poison(), before] {
        let output = kernel.output_by(&kernel.run, problem, start)?;
        let gap = |&at: &usize| problem.is_gap(at) && output[at].bits() != start.bits();
        if let Some(at) = (0..output.len()).find(gap) {
            return Err(Finding::new("an untouched gap", format!("{:e}", output[at])).of_output(at));
        }
        let stale = |&at: &usize| !problem.is_gap(at) && output[at].is_poison();
        if let Some(at) = (0..output.len()).find(stale) {
            return Err(Finding::new("a value", "what was there before").of_output(at));
        }
        expected.compare(&output)?;
    }
    Ok(0.0)
}

fn is_alone<P: Problem<T>, T: Float>(kernel: &Kernel<P, T>, problem: &P, case: &Case) -> Verdict {
    let alone = problem.alone(case.number("part")).filter(|(part, _)| kernel.takes(part));
    let Some((part, range)) = alone else { return Ok(0.0) };
    let whole = kernel.output(problem)?;
    same_bits(&kernel.output(&part)?, &whole[range], "the whole")
}

fn is_region<P: Problem<T>, T: Float>(kernel: &Kernel<P, T>, problem: &P, case: &Case) -> Verdict {
    let (Some(run), Some([rows, columns, channels])) = (&kernel.part, problem.map()) else { return Ok(0.0) };
    if rows * columns == 0 {
        return Ok(0.0);
    }
    let region = Region::of_number(case.number("part"), rows, columns);
    let mut found = Operand::filled(T::poison(), problem.outputs());
    into(&mut found, |found| run(problem, region, found))?;
    let beside = |&at: &usize| !region.holds(at / channels, columns) && !found[at].is_poison();
    if let Some(at) = (0..found.len()).find(beside) {
        return Err(Finding::new("nothing written beside the region", format!("{:e}", found[at])).of_output(at));
    }
    let whole = kernel.output(problem)?;
    let [found, whole] = [found, whole].map(|map| region.values(&map, columns, channels));
    same_bits(&found, &whole, "the whole")
}

fn variants<P: Problem<T>, T: Float>(kernel: &Kernel<P, T>, problem: &P, _: &Case) -> Verdict {
    let expected = kernel.output(problem)?;
    for (name, run) in &kernel.variants {
        let found = kernel.output_by(run, problem, T::poison())?;
        same_bits(&found, &expected, &kernel.name)
            .map_err(|finding| Finding { found: format!("{} by {name}", finding.found), ..finding })?;
    }
    Ok(0.0)
}
