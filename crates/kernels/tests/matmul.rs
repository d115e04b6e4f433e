//! The summation contract of products in segments and in parts. What is true of every product, and of what follows it, is a law
//! (`crates/laws`).

use kernels::Isa;
use kernels::matmul::{ColumnAffine, Epilogue, LeftMatrix, PackedMatrix, Product, RightRows, Rows, Target};
use proptest::prelude::*;
use testkit::{assert_same_bits, awkward_size, poisoned, pseudo_random, wild_values};

/// The summation contract written down: one chain of fused multiply-adds over k ascending, from zero.
fn contract([m, k, n]: [usize; 3], a: &[f32], b: &[f32]) -> Vec<f32> {
    let element = |i: usize, j: usize| (0..k).fold(0.0_f32, |sum, p| a[i * k + p].mul_add(b[p * n + j], sum));
    (0..m * n).map(|at| element(at / n, at % n)).collect()
}

fn sizes() -> impl Strategy<Value = [usize; 3]> {
    [awkward_size(), awkward_size(), awkward_size()]
}

fn operands(values: fn(usize) -> BoxedStrategy<Vec<f32>>) -> impl Strategy<Value = ([usize; 3], Vec<f32>, Vec<f32>)> {
    sizes().prop_flat_map(move |[m, k, n]| (Just([m, k, n]), values(m * k), values(k * n)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rows_of_the_right_matrix_are_picked_segment_by_segment(
        (m, segments, length, n) in (1_usize..30, 1_usize..5, 1_usize..40, awkward_size()),
        (first, gap) in (0_usize..9, 0_usize..9), seed: u64,
    ) {
        let (k, step) = (segments * length, length + gap);
        let a = pseudo_random(seed, m * k);
        let all = pseudo_random(seed ^ 1, (first + segments * step) * n);
        let picked: Vec<f32> = (0..k)
            .flat_map(|row| (0..n).map(move |j| (first + row / length * step + row % length) * n + j))
            .map(|at| all[at])
            .collect();
        let packed = PackedMatrix::from_row_major(first + segments * step, n, &all);
        let left = LeftMatrix { data: &a, rows: Rows::plain(k), segments, segment_step: length, segment_length: length };
        let right = RightRows { matrix: packed.view(), first, segment_step: step };
        let expected = contract([m, k, n], &a, &picked);
        for isa in Isa::supported() {
            let mut c = poisoned(m * n);
            let mut target = Target::new(&mut c, Rows::plain(n));
            Product::of_rows(m, left, right).run(isa, &mut target);
            assert_same_bits(&c, &expected, isa.name());
        }
    }

    #[test]
    fn a_sum_computed_in_two_parts_has_the_bits_of_the_whole(
        ([m, k, n], a, b) in operands(|n| wild_values(n).boxed()), cut: usize,
    ) {
        let expected = contract([m, k, n], &a, &b);
        let matrix = PackedMatrix::from_row_major(k, n, &b);
        let cut = cut % (k + 1);
        for isa in Isa::supported() {
            let mut c = poisoned(m * n);
            for (from, to) in [(0, cut), (cut, k)] {
                let rows = Rows { first: from, ..Rows::plain(k) };
                let left = LeftMatrix { data: &a, rows, segments: 1, segment_step: 0, segment_length: to - from };
                let right = RightRows { matrix: matrix.view(), first: from, segment_step: 0 };
                let target = Target::new(&mut c, Rows::plain(n));
                let mut target = if from == 0 && to == cut { target } else { target.continued() };
                Product::of_rows(m, left, right).run(isa, &mut target);
            }
            assert_same_bits(&c, &expected, isa.name());
        }
    }
}

#[test]
fn a_sum_of_more_than_2048_terms_is_one_chain_too_and_its_epilogue_comes_last() {
    // Segments this long are multiplied one after the other, each going on from the sums of the one before.
    let (m, segments, length, n) = (15, 3, 700, 40);
    let k = segments * length;
    let (a, b) = (pseudo_random(1, m * k), pseudo_random(2, k * n));
    let (scale, shift) = (pseudo_random(3, n), pseudo_random(4, n));
    let left = LeftMatrix { segments, segment_step: length, segment_length: length, ..LeftMatrix::row_major(&a, k) };
    let right = PackedMatrix::from_row_major(k, n, &b);
    let affine = ColumnAffine::new(&scale, &shift);
    let epilogue = Epilogue { affine: Some(&affine), relu: true, ..Epilogue::default() };
    let expected: Vec<f32> = contract([m, k, n], &a, &b)
        .iter()
        .enumerate()
        .map(|(at, sum)| sum.mul_add(scale[at % n], shift[at % n]))
        .map(|value| if value <= 0.0 { 0.0 } else { value })
        .collect();
    for isa in Isa::supported() {
        let mut c = poisoned(m * n);
        let mut target = Target::new(&mut c, Rows::plain(n));
        Product { epilogue, ..Product::new(m, left, &right) }.run(isa, &mut target);
        assert_same_bits(&c, &expected, isa.name());
    }
}
