//! What numbers are worth, against SciPy's and statsmodels' values (`fixtures/make/worth.py`).

use analysis::statistics::{
    Interval, Resamples, Spread, benjamini_hochberg, mean, median, one_way_anova, quartiles, sign_test, spearman,
};
use analysis::{PairingNull, cosine_of_rectified, objective_after, share_of_final};
use serde_json::Value;

/// SciPy's statistics and ours are each right to their last digits: 1e-10 is the bound that `reference_values.rs` promises.
const TOLERANCE: f64 = 1e-10;

fn cases(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("data/worth.json")).unwrap();
    all[kind].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn assert_near(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    let bound = TOLERANCE * expected.abs().max(f64::MIN_POSITIVE);
    assert!((found - expected).abs() <= bound, "{what}: expected {expected:e}, found {found:e}");
}

/// The statistics of the cases by name, of the columns' values at some places.
fn statistic(name: &str, columns: &[Vec<f64>], at: &[usize]) -> Option<f64> {
    let of = |column: usize| -> Vec<f64> { at.iter().map(|&k| columns[column][k]).collect() };
    match name {
        "percent" => mean(&of(0)).ok().map(|share| 100.0 * share),
        "median" => median(&of(0)).ok(),
        "rho" => spearman(&of(0), &of(1)).ok().map(|s| s.rho),
        "F" => {
            let (ratios, values) = (of(0), of(1));
            let group = |below: bool| -> Vec<f64> {
                ratios.iter().zip(&values).filter(|(m, _)| (**m < 1.0) == below).map(|(_, v)| *v).collect()
            };
            one_way_anova(&[&group(true), &group(false)]).ok().map(|a| a.f)
        }
        other => panic!("no statistic is called {other}"),
    }
}

#[test]
fn intervals_are_scipys_on_the_same_resamples() {
    let cases = cases("bootstrap");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let columns: Vec<Vec<f64>> = case["columns"].as_array().unwrap().iter().map(numbers).collect();
        let (size, places) = (columns[0].len(), numbers(&case["places"]));
        let mut drawn = places.iter().map(|&place| (0..size).find(|&k| k as f64 == place).unwrap());
        let resamples = Resamples::draw(size, places.len() / size, |n| {
            assert_eq!(n, size);
            drawn.next().unwrap()
        });
        assert!(drawn.next().is_none());
        let interval = resamples.interval(|at| statistic(name, &columns, at)).unwrap();
        assert_near(interval.low, &case["low"], name);
        assert_near(interval.high, &case["high"], name);
        assert!(interval.low < interval.high);
    }
}

#[test]
fn adjusted_p_values_are_statsmodels() {
    let cases = cases("adjusted");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let found = benjamini_hochberg(&numbers(&case["p"]));
        let expected = case["adjusted"].as_array().unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert_near(*found, expected, name);
        }
    }
}

#[test]
fn the_sign_test_is_scipys_binomial_test() {
    let cases = cases("sign_tests");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let count = |of: &str| usize::try_from(case[of].as_u64().unwrap()).unwrap();
        let (above, below) = (count("above"), count("below"));
        let differences = [vec![0.25; above], vec![-3.0; below], vec![0.0; 4]].concat();
        let found = sign_test(&differences).unwrap();
        assert_eq!((found.above, found.below), (above, below));
        // A tail is right to 1e-9 relative.
        let expected = case["p"].as_f64().unwrap();
        assert!((found.p - expected).abs() <= 1e-9 * expected, "{above}, {below}: {} for {expected}", found.p);
    }
    assert!(sign_test(&[0.0]).is_err() && sign_test(&[1.0, f64::NAN]).is_err());
}

#[test]
fn eta_squared_is_the_share_of_the_variance_between_groups() {
    let cases = cases("eta_squared");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let groups: Vec<Vec<f64>> = case["groups"].as_array().unwrap().iter().map(numbers).collect();
        let groups: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
        let found = one_way_anova(&groups).unwrap();
        assert_near(found.eta_squared, &case["eta_squared"], "eta squared");
        // From F: SB / SW is F (k - 1) / (n - k).
        let ratio = found.f * found.between as f64 / found.within as f64;
        assert!((found.eta_squared - ratio / (1.0 + ratio)).abs() < 1e-14);
    }
    // All of it, where there is none within.
    assert_eq!(one_way_anova(&[&[1.0, 1.0], &[2.0, 2.0]]).unwrap().eta_squared, 1.0);
}

#[test]
fn spreads_are_numpys() {
    let cases = cases("spreads");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let values = numbers(&case["values"]);
        let found = Spread::of(&values).unwrap();
        assert_near(found.mean, &case["mean"], "mean");
        assert_near(found.deviation.unwrap(), &case["deviation"], "deviation");
        let sorted = |a: &f64, b: &f64| a.total_cmp(b);
        assert_eq!(Some(found.smallest), values.iter().copied().min_by(sorted));
        assert_eq!(Some(found.largest), values.iter().copied().max_by(sorted));
    }
    let one = Spread::of(&[0.1]).unwrap();
    assert_eq!((one.mean, one.deviation, one.smallest, one.largest), (0.1, None, 0.1, 0.1));
    assert!(Spread::of(&[]).is_err() && Spread::of(&[1.0, f64::NAN]).is_err());
}

#[test]
fn quartiles_and_bands_are_numpys_percentiles() {
    let cases = cases("quartiles");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let values = numbers(&case["values"]);
        let found = quartiles(values.clone()).unwrap();
        for (found, expected) in found.into_iter().zip(case["quartiles"].as_array().unwrap()) {
            assert_near(found, expected, "a quartile");
        }
        let band = Interval::of(values.clone()).unwrap();
        assert_eq!(PairingNull { observed: 0.0, permuted: values }.band(), Ok(band));
        assert_near(band.low, &case["band"][0], "the lower end of a band");
        assert_near(band.high, &case["band"][1], "the upper end of a band");
    }
    assert!(quartiles(Vec::new()).is_err() && quartiles(vec![f64::NAN]).is_err() && Interval::of(Vec::new()).is_err());
}

/// Numbers that are single precision.
#[expect(clippy::cast_possible_truncation, reason = "they were rounded to it when they were made")]
fn singles(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|v| v as f32).collect()
}

#[test]
fn the_cosine_of_what_two_patterns_pass_on_is_numpys() {
    let cases = cases("cosines");
    assert_eq!(cases.len(), 3);
    for case in cases {
        assert_near(cosine_of_rectified(&singles(&case["a"]), &singles(&case["b"])), &case["cosine"], "a cosine");
    }
}

#[test]
fn an_objective_on_its_way_is_the_mean_of_the_last_sixteenth_of_its_steps() {
    let cases = cases("ascents");
    assert_eq!(cases.len(), 7);
    for case in cases {
        let trajectory = singles(&case["trajectory"]);
        let steps = usize::try_from(case["steps"].as_u64().unwrap()).unwrap();
        let (after, last) = (objective_after(&trajectory, steps).unwrap(), objective_after(&trajectory, 96).unwrap());
        assert_near(after, &case["after"], "an objective");
        assert_near(share_of_final(after, last).unwrap(), &case["share"], "a share");
    }
}
