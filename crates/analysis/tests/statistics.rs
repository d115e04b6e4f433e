//! What statistics must obey whatever the numbers are, and where they have no value.

use analysis::statistics::{
    Histogram, NotDefined, average_ranks, mean, median, one_way_anova, regularized_beta, spearman, standard_error,
};
use proptest::prelude::*;

const FEW: fn(usize, usize) -> NotDefined = |needed, found| NotDefined::TooFew { needed, found };

#[test]
fn undefined_statistics_say_why() {
    assert_eq!(spearman(&[1.0, 2.0], &[1.0, 2.0]), Err(FEW(3, 2)));
    assert_eq!(spearman(&[], &[]), Err(FEW(3, 0)));
    assert_eq!(spearman(&[1.0], &[]), Err(NotDefined::UnequalLengths { first: 1, second: 0 }));
    assert_eq!(spearman(&[1.0; 3], &[1.0, 2.0, 3.0]), Err(NotDefined::Constant));
    assert_eq!(spearman(&[1.0, 2.0, 3.0], &[0.0, -0.0, 0.0]), Err(NotDefined::Constant));
    assert_eq!(spearman(&[1.0, f64::NAN, 3.0], &[1.0, 2.0, 3.0]), Err(NotDefined::NotFinite));
    assert_eq!(one_way_anova(&[]), Err(FEW(2, 0)));
    assert_eq!(one_way_anova(&[&[1.0, 2.0]]), Err(FEW(2, 1)));
    assert_eq!(one_way_anova(&[&[1.0, 2.0], &[]]), Err(FEW(1, 0)));
    assert_eq!(one_way_anova(&[&[1.0], &[2.0]]), Err(FEW(3, 2)));
    assert_eq!(one_way_anova(&[&[0.1, 0.1, 0.1], &[0.1]]), Err(NotDefined::Constant));
    assert_eq!(one_way_anova(&[&[1e200, -1e200], &[1.0]]), Err(NotDefined::NotFinite));
    assert_eq!(mean(&[f64::MAX, -f64::MAX]), Err(NotDefined::NotFinite));
    assert_eq!(median(&[f64::NAN]), Err(NotDefined::NotFinite));
    assert_eq!(standard_error(&[1.0]), Err(FEW(2, 1)));
    assert_eq!(NotDefined::UnequalLengths { first: 1, second: 0 }.to_string(), "not defined");
}

#[test]
fn groups_without_variance_but_different_means_have_an_infinite_f() {
    let found = one_way_anova(&[&[0.1, 0.1, 0.1], &[0.3, 0.3]]).unwrap();
    assert_eq!((found.f, found.p, found.between, found.within), (f64::INFINITY, 0.0, 1, 3));
}

#[test]
fn anova_by_hand() {
    // Means 2 and 5, all 3.5: SB = 2 * 3 * 1.5^2 = 13.5, SW = 2 + 2 = 4, F = 13.5 / (4 / 4).
    let found = one_way_anova(&[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]]).unwrap();
    assert_eq!((found.f, found.between, found.within), (13.5, 1, 4));
}

#[test]
fn spearman_by_hand() {
    // Rank differences 0, 1, 1: rho = 1 - 6 * 2 / (3 * 8) = 1/2; one degree of freedom is Cauchy's: p = 2/3.
    let found = spearman(&[1.0, 2.0, 3.0], &[10.0, 30.0, 20.0]).unwrap();
    assert_eq!(found.rho, 0.5);
    // statrs's ln gamma is right to 2e-14, and three of them make the exponent.
    assert!((found.p - 2.0 / 3.0).abs() < 6e-14);
}

#[test]
fn beta_outside_its_domain_is_nan_and_its_ends_are_exact() {
    assert_eq!(regularized_beta([2.0, 0.5], [0.0, 1.0]), 0.0);
    assert_eq!(regularized_beta([2.0, 0.5], [1.0, 0.0]), 1.0);
    for (shape, x) in
        [([0.0, 1.0], 0.5), ([1.0, -1.0], 0.5), ([1.0, f64::NAN], 0.5), ([1.0, 1.0], 1.5), ([1.0, 1.0], f64::NAN)]
    {
        assert!(regularized_beta(shape, [x, 1.0 - x]).is_nan());
    }
}

#[test]
fn beta_of_one_and_one_is_the_identity() {
    for k in 1..64_u8 {
        let x = f64::from(k) / 64.0;
        // statrs's ln gamma is right to 2e-14, and three of them make the exponent.
        assert!((regularized_beta([1.0, 1.0], [x, 1.0 - x]) - x).abs() <= 6e-14);
    }
}

#[test]
fn a_histogram_needs_bins_in_a_finite_interval() {
    for (range, bins) in
        [(0.0..=1.0, 0), (1.0..=1.0, 3), (1.0..=0.0, 3), (0.0..=f64::NAN, 3), (-f64::MAX..=f64::MAX, 3)]
    {
        assert_eq!(Histogram::new(&[], range, bins), Err(NotDefined::NoBins));
    }
}

/// Pairs in which ties are frequent.
fn pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((-6..6_i8, -6..6_i8).prop_map(|(x, y)| (f64::from(x), f64::from(y))), 3..40)
}

fn groups() -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(-8.0..8.0_f64, 2..12), 2..5)
}

fn split(pairs: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    pairs.iter().copied().unzip()
}

proptest! {
    #[test]
    fn spearman_sees_ranks_alone(pairs in pairs()) {
        let (x, y) = split(&pairs);
        let bent: Vec<f64> = x.iter().map(|v| v * v * v + 100.0).collect();
        prop_assert_eq!(spearman(&x, &y), spearman(&bent, &y));
        prop_assert_eq!(spearman(&x, &y), spearman(&average_ranks(&x), &average_ranks(&y)));
    }

    #[test]
    fn spearman_is_symmetric_and_turns_with_its_sign(pairs in pairs()) {
        let (x, y) = split(&pairs);
        let forward = spearman(&x, &y);
        prop_assert_eq!(forward, spearman(&y, &x));
        let falling = spearman(&x, &y.iter().map(|v| -v).collect::<Vec<_>>());
        prop_assert_eq!(forward.map(|s| (s.rho, s.p)), falling.map(|s| (-s.rho, s.p)));
    }

    #[test]
    fn spearman_does_not_know_the_order(pairs in pairs(), turn in 0..40_usize) {
        let mut turned = pairs.clone();
        turned.rotate_left(turn % pairs.len());
        turned.reverse();
        let ((x, y), (u, v)) = (split(&pairs), split(&turned));
        // The sums of ranks are exact, so not even the last bit may differ.
        prop_assert_eq!(spearman(&x, &y), spearman(&u, &v));
    }

    #[test]
    fn perfect_correlation_is_exactly_one(mut x in prop::collection::vec(-8.0..8.0_f64, 3..60)) {
        x.dedup();
        prop_assume!(x.len() >= 3);
        let found = spearman(&x, &x).unwrap();
        prop_assert_eq!((found.rho, found.p), (1.0, 0.0));
    }

    #[test]
    fn ranks_sum_to_the_triangular_number(x in prop::collection::vec(-4..4_i8, 0..50)) {
        let x: Vec<f64> = x.into_iter().map(f64::from).collect();
        let n = x.len() as f64;
        prop_assert_eq!(average_ranks(&x).iter().sum::<f64>(), n * (n + 1.0) / 2.0);
    }

    #[test]
    fn anova_does_not_know_the_order_of_groups(groups in groups()) {
        let mut slices: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
        let found = one_way_anova(&slices).unwrap();
        slices.reverse();
        let reversed = one_way_anova(&slices).unwrap();
        // Up to 44 values within 8 of zero and at most 3 groups' degrees of freedom: each sum of squares is off by less than
        // 44 * 16^2 * 44 eps, far below 1e-9 of a sum within, which is kept above 1.
        let within: f64 = groups.iter().map(|g| g.iter().map(|v| (v - g[0]).abs()).sum::<f64>()).sum();
        prop_assume!(within > 8.0);
        prop_assert!((found.f - reversed.f).abs() <= 1e-9 * (1.0 + found.f));
        prop_assert!((0.0..=1.0).contains(&found.p));
    }

    #[test]
    fn histogram_places_every_value_or_counts_it_outside(values in prop::collection::vec(-2.0..3.0_f64, 0..50), bins in 1..12_usize) {
        let histogram = Histogram::new(&values, 0.0..=1.0, bins).unwrap();
        prop_assert_eq!(histogram.counts().iter().sum::<usize>() + histogram.outside(), values.len());
        for (k, &count) in histogram.counts().iter().enumerate() {
            let (low, high) = (histogram.edges()[k], histogram.edges()[k + 1]);
            let held = |v: &&f64| low <= **v && (**v < high || (k + 1 == bins && **v == high));
            prop_assert_eq!(count, values.iter().filter(held).count());
        }
    }

    #[test]
    fn tails_rise_with_x_and_mirror(half_a in 1..400_u16, half_b in 1..400_u16, k in 1..1023_u16) {
        let [a, b] = [half_a, half_b].map(|h| f64::from(h) / 2.0);
        let at = |k: u16| [f64::from(k) / 1024.0, f64::from(1024 - k) / 1024.0];
        let [x, y] = at(k);
        let here = regularized_beta([a, b], [x, y]);
        // The exponent is formed from ln gamma of at most 400, below 2000, three times: within 3 * 2000 eps, for each side.
        let error = 6000.0 * f64::EPSILON;
        prop_assert!((here + regularized_beta([b, a], [y, x]) - 1.0).abs() < 2.0 * error);
        prop_assert!(here <= regularized_beta([a, b], at(k + 1)) + 2.0 * error);
    }
}
