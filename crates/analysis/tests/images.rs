//! Tuning curves, group comparisons, and the top and bottom images.

use analysis::statistics::{NotDefined, spearman};
use analysis::{GroupComparison, UnequalLengths, largest, smallest, tuning_curve_correlation};
use proptest::prelude::*;

#[test]
fn only_images_that_excite_the_input_take_part() {
    let input = [0.0_f32, 1.0, 2.0, -1.0, 3.0, f32::NAN];
    let block = [9.0_f32, 1.0, 3.0, f32::NAN, 2.0, 7.0];
    let found = tuning_curve_correlation(&input, &block).unwrap();
    assert_eq!((found.rho, found.pairs), (0.5, 3));
}

#[test]
fn too_few_images_or_constant_ranks_are_not_defined() {
    let few = NotDefined::TooFew { needed: 3, found: 2 };
    assert_eq!(tuning_curve_correlation(&[0.0, 1.0, 2.0], &[1.0, 2.0, 3.0]), Err(few));
    assert_eq!(tuning_curve_correlation(&[1.0, 2.0, 3.0], &[5.0; 3]), Err(NotDefined::Constant));
    assert_eq!(tuning_curve_correlation(&[1.0, 2.0, 3.0], &[5.0, f64::NAN, 1.0]), Err(NotDefined::NotFinite));
    let lengths = NotDefined::UnequalLengths { first: 1, second: 2 };
    assert_eq!(tuning_curve_correlation(&[1.0], &[1.0, 2.0]), Err(lengths));
}

#[test]
fn groups_divide_at_one_and_count_what_is_not_defined() {
    let ratios = [0.5, 0.9, 0.2, 1.0, 1.2, 10.0, 0.0];
    let values = [Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(5.0), Some(6.0), None];
    let found = GroupComparison::new(&ratios, &values).unwrap();
    assert_eq!((found.overwrite, found.skip, found.left_out), (3, 3, 1));
    assert_eq!((found.overwrite_mean, found.skip_mean), (Ok(2.0), Ok(5.0)));
    assert_eq!(found.anova.unwrap().f, 13.5);
}

#[test]
fn an_empty_group_has_no_mean_and_no_anova() {
    let found = GroupComparison::new(&[0.5, 0.6], &[Some(1.0), Some(2.0)]).unwrap();
    assert_eq!((found.overwrite, found.skip), (2, 0));
    assert!(found.overwrite_mean.is_ok() && found.skip_mean.is_err() && found.anova.is_err());
    assert_eq!(GroupComparison::new(&[0.5], &[]), Err(UnequalLengths { mix_ratios: 1, values: 0 }));
}

#[test]
fn ties_stand_in_the_order_of_files() {
    let activations = [2.0_f32, 5.0, 2.0, 5.0, 0.0, -0.0];
    assert_eq!(largest(&activations, 3), [1, 3, 0]);
    assert_eq!(smallest(&activations, 3), [4, 5, 0]);
}

#[test]
fn nan_is_no_image_to_show() {
    let activations = [f64::NAN, 1.0, -f64::NAN, f64::INFINITY];
    assert_eq!(largest(&activations, 9), [3, 1]);
    assert_eq!(smallest(&activations, 9), [1, 3]);
    assert!(largest(&activations, 0).is_empty());
    assert!(largest::<f64>(&[], 9).is_empty());
}

proptest! {
    #[test]
    fn extremes_are_the_ends_of_a_stable_sort(values in prop::collection::vec(-5..5_i8, 0..40), count in 0..12_usize) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].partial_cmp(&values[b]).unwrap());
        prop_assert_eq!(smallest(&values, count), &order[..count.min(values.len())]);
        order.sort_by(|&a, &b| values[b].partial_cmp(&values[a]).unwrap().then(a.cmp(&b)));
        prop_assert_eq!(largest(&values, count), &order[..count.min(values.len())]);
    }

    #[test]
    fn a_curve_that_is_always_excited_is_spearmans(pairs in prop::collection::vec((1..9_i8, -9..9_i8), 0..30)) {
        let (input, block): (Vec<f64>, Vec<f64>) = pairs.iter().map(|&(i, b)| (f64::from(i), f64::from(b))).unzip();
        prop_assert_eq!(tuning_curve_correlation(&input, &block), spearman(&input, &block));
    }
}
