//! What numbers are worth: intervals, adjusted p-values, signs, shares of variance and spreads against SciPy's and
//! statsmodels', and the null of the pairing against a count over all permutations.

use super::statistics::{Promise, number, numbers};
use crate::comparison::{Comparison, Step, Witness};
use analysis::statistics::{
    Interval, Resamples, Spread, benjamini_hochberg, mean, median, one_way_anova, permutation, quartiles, sign_test,
    spearman,
};
use analysis::{Pairs, cosine_of_rectified, objective_after, share_of_final};
use kernels::elementary::single;
use serde_json::Value;

/// What SciPy and statsmodels say of the same data, and of the same resamples.
const REFERENCE: &str = include_str!("../../../../analysis/tests/data/worth.json");

/// All of them.
pub(super) fn comparisons() -> Vec<Comparison> {
    let all: Value = serde_json::from_str(REFERENCE).unwrap_or_default();
    let cases = |kind: &str| all[kind].as_array().cloned().unwrap_or_default();
    let mut lines = Vec::new();
    let mut promise = Promise::default();
    for case in cases("bootstrap") {
        let columns: Vec<Vec<f64>> = case["columns"].as_array().into_iter().flatten().map(numbers).collect();
        let places: Vec<usize> = numbers(&case["places"]).into_iter().filter_map(place).collect();
        let size = columns.first().map_or(0, Vec::len);
        let mut drawn = places.iter().copied();
        let resamples = Resamples::draw(size, places.len() / size.max(1), |_| drawn.next().unwrap_or(0));
        let interval = resamples.interval(|at| statistic(case["name"].as_str()?, &columns, at));
        promise.add(interval.map(|i| i.low), number(&case["low"]));
        promise.add(interval.map(|i| i.high), number(&case["high"]));
    }
    lines.push(promise.comparison("percentile bootstrap on the same resamples: percent, median, rho, F"));
    let mut promise = Promise::default();
    for case in cases("adjusted") {
        for (found, expected) in benjamini_hochberg(&numbers(&case["p"])).into_iter().zip(numbers(&case["adjusted"])) {
            promise.add(Ok(found), expected);
        }
    }
    lines.push(promise.comparison("p-values adjusted for many tests, statsmodels' fdr_bh"));
    let mut promise = Promise::default();
    for case in cases("sign_tests") {
        let count = |of: &str| place(number(&case[of])).unwrap_or(0);
        let differences = [vec![1.0; count("above")], vec![-1.0; count("below")]].concat();
        promise.add(sign_test(&differences).map(|test| test.p), number(&case["p"]));
    }
    lines.push(promise.comparison("exact sign test"));
    let mut promise = Promise::default();
    for case in cases("eta_squared") {
        let groups: Vec<Vec<f64>> = case["groups"].as_array().into_iter().flatten().map(numbers).collect();
        let groups: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
        promise.add(one_way_anova(&groups).map(|a| a.eta_squared), number(&case["eta_squared"]));
    }
    for case in cases("spreads") {
        let spread = Spread::of(&numbers(&case["values"]));
        promise.add(spread.map(|s| s.mean), number(&case["mean"]));
        promise.add(spread.map(|s| s.deviation.unwrap_or(f64::NAN)), number(&case["deviation"]));
    }
    lines.push(promise.comparison("eta squared, standard deviations"));
    let mut promise = Promise::default();
    for case in cases("quartiles") {
        let found = quartiles(numbers(&case["values"]));
        for (at, expected) in numbers(&case["quartiles"]).into_iter().enumerate() {
            promise.add(found.map(|of| of[at]), expected);
        }
        let band = Interval::of(numbers(&case["values"]));
        for (found, expected) in [band.map(|b| b.low), band.map(|b| b.high)].into_iter().zip(numbers(&case["band"])) {
            promise.add(found, expected);
        }
    }
    for case in cases("cosines") {
        let [a, b] = ["a", "b"].map(|of| numbers(&case[of]).into_iter().map(single).collect::<Vec<f32>>());
        promise.add(Ok(cosine_of_rectified(&a, &b)), number(&case["cosine"]));
    }
    for case in cases("ascents") {
        let trajectory: Vec<f32> = numbers(&case["trajectory"]).into_iter().map(single).collect();
        let after = |steps| objective_after(&trajectory, steps).unwrap_or(f64::NAN);
        let here = after(place(number(&case["steps"])).unwrap_or(0));
        promise.add(Ok(here), number(&case["after"]));
        promise.add(Ok(share_of_final(here, after(trajectory.len())).unwrap_or(f64::NAN)), number(&case["share"]));
    }
    lines.push(promise.comparison("quartiles, bands of chance, cosines of patterns, objectives on their way"));
    lines.push(pairing());
    lines
}

/// A small whole number.
fn place(value: f64) -> Option<usize> {
    (0..2_000).find(|&k| k as f64 == value)
}

/// The statistics of the cases by name, of the columns' values at some places.
fn statistic(name: &str, columns: &[Vec<f64>], at: &[usize]) -> Option<f64> {
    let of = |column: usize| -> Vec<f64> { at.iter().map(|&k| columns[column][k]).collect() };
    match name {
        "percent" => mean(&of(0)).ok().map(|share| 100.0 * share),
        "median" => median(&of(0)).ok(),
        "rho" => spearman(&of(0), &of(1)).ok().map(|s| s.rho),
        _ => {
            let (ratios, values) = (of(0), of(1));
            let group = |below: bool| -> Vec<f64> {
                ratios.iter().zip(&values).filter(|(m, _)| (**m < 1.0) == below).map(|(_, v)| *v).collect()
            };
            one_way_anova(&[&group(true), &group(false)]).ok().map(|a| a.f)
        }
    }
}

/// Channels of the small case, whose permutations are few enough to try all.
const CHANNELS: usize = 6;
const ALL: usize = 720;

/// The p of a null of all permutations, against a count over all orders.
fn pairing() -> Comparison {
    // Whether the Input of a channel and the Block of another meet the criteria.
    let met = |c: usize, d: usize| (c * c + 3 * d + c * d).is_multiple_of(if c == d { 2 } else { 3 });
    let pairs = Pairs::new(CHANNELS, |c, d| if met(c, d) { 1.0 } else { 0.0 });
    let mut code = 0;
    let every = || {
        let mut rest = code;
        code += 1;
        permutation(CHANNELS, |n| {
            let drawn = rest % n;
            rest /= n;
            drawn
        })
    };
    let found = pairs.null(ALL, every).map_or(f64::NAN, |null| null.p());
    let observed = (0..CHANNELS).filter(|&c| met(c, c)).count();
    let mut at_least = 0;
    count(&mut vec![], &mut |order| {
        at_least += usize::from(order.iter().enumerate().filter(|&(c, &d)| met(c, d)).count() >= observed);
    });
    let expected = (1 + at_least) as f64 / (1 + ALL) as f64;
    let topic = Step::Statistics.against(Witness::Identity, "permutation null of the pairing, p over all orders");
    topic.equal(1, usize::from(found != expected))
}

/// Tells of every order of the channels that begins so.
fn count(begun: &mut Vec<usize>, tell: &mut dyn FnMut(&[usize])) {
    if begun.len() == CHANNELS {
        return tell(begun);
    }
    for next in 0..CHANNELS {
        if !begun.contains(&next) {
            begun.push(next);
            count(begun, tell);
            begun.pop();
        }
    }
}
