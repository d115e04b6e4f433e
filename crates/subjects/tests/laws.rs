//! Our kernels keep every law that they claim. Bits are compared between all instruction sets by the law `variants`.

use kernels::Isa;
use laws::Plan;

/// Tries every law that an operation claims.
fn keeps_its_laws(operation: &str) {
    let subject = subjects::all(Isa::best()).into_iter().find(|subject| subject.operation() == operation);
    laws::test_with(&*subject.unwrap(), Plan { cases: 64, seed: 0 }).unwrap();
}

/// A test for each operation, by the name that `cargo xtask laws` has for it.
macro_rules! operations {
    ($(fn $test:ident() = $name:literal;)*) => {
        $(#[test]
        fn $test() {
            keeps_its_laws($name);
        })*

        const TESTED: &[&str] = &[$($name),*];
    };
}

operations! {
    fn matmul() = "matmul";
    fn matmul_epilogue() = "matmul-epilogue";
    fn linear() = "linear";
    fn linear_gradient() = "linear-gradient";
    fn convolution() = "convolution";
    fn convolution_epilogue() = "convolution-epilogue";
    fn convolution_gradient() = "convolution-gradient";
    fn winograd() = "winograd";
    fn winograd_epilogue() = "winograd-epilogue";
    fn max_pool() = "max-pool";
    fn max_pool_gradient() = "max-pool-gradient";
    fn average_pool() = "average-pool";
    fn average_pool_gradient() = "average-pool-gradient";
    fn resize() = "resize";
    fn resize_adjoint() = "resize-adjoint";
    fn rotation() = "rotation";
    fn rotation_adjoint() = "rotation-adjoint";
    fn translation() = "translation";
    fn translation_adjoint() = "translation-adjoint";
    fn pad_reflect() = "pad-reflect";
    fn pad_reflect_adjoint() = "pad-reflect-adjoint";
    fn pad_zeros() = "pad-zeros";
    fn pad_zeros_adjoint() = "pad-zeros-adjoint";
    fn inverse_dft() = "inverse-dft";
    fn inverse_dft_adjoint() = "inverse-dft-adjoint";
    fn batch_norm() = "batch-norm";
    fn batch_norm_gradient() = "batch-norm-gradient";
    fn relu() = "relu";
    fn relu_gradient() = "relu-gradient";
    fn softmax() = "softmax";
    fn adam() = "adam";
    fn exp() = "exp";
    fn log() = "log";
    fn sigmoid() = "sigmoid";
    fn turns() = "turns";
}

#[test]
fn every_operation_has_a_test() {
    assert_eq!(subjects::names(), TESTED);
}

#[test]
fn a_claim_is_not_given_up_unnoticed() {
    let subjects = subjects::all(Isa::best());
    let without = |subject: &dyn laws::Subject| {
        let laws = subject.laws().into_iter().filter(|about| !about.claimed);
        laws.map(|about| format!("{} {}", subject.operation(), about.law)).collect::<Vec<_>>()
    };
    let mut found: Vec<String> = subjects.iter().flat_map(|subject| without(&**subject)).collect();
    // Written once for all instruction sets.
    found.retain(|law| !["exp", "log", "sigmoid", "turns"].iter().any(|name| *law == format!("{name} variants")));
    if Isa::supported().len() == 1 {
        found.retain(|law| !law.ends_with(" variants"));
    }
    let mut expected = Vec::new();
    // Zeros are left out there, or multiplied where the twin does not read.
    for name in
        ["convolution-gradient", "resize", "resize-adjoint", "rotation", "rotation-adjoint", "inverse-dft-adjoint"]
    {
        expected.push(format!("{name} not-finite"));
    }
    expected.push("sigmoid monotone".to_owned());
    assert_eq!(found, expected);
}
