//! What the README shows is what is printed.

use laws::operations::Product;
use laws::{Claims, Kernel, Plan, test_with};

#[test]
fn the_failure_in_the_readme_is_the_one_that_its_example_has() {
    let mine = Kernel::new(Claims::plain(), |p: &Product<f32>, c: &mut [f32]| {
        for i in 0..p.m {
            for j in 0..p.n {
                c[i * p.n + j] = (1..p.k).map(|l| p.a[i * p.k + l] * p.b[l * p.n + j]).sum();
            }
        }
    });
    let printed = laws::test(&mine).unwrap_err().to_string();
    let readme = include_str!("../README.md");
    assert!(readme.contains(&format!("```text\n{printed}\n```\n")), "{printed}");
}

#[test]
fn another_seed_means_other_cases() {
    let never = || Kernel::new(Claims::plain(), |_: &Product<f32>, _: &mut [f32]| {});
    let first = |seed: u64| test_with(&never(), Plan { cases: 100, seed }).unwrap_err().first.to_string();
    assert_eq!(first(1), first(1));
    assert_ne!(first(0), first(1));
}
