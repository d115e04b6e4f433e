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
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            keeps_its_laws($name);
        })*

        const TESTED: &[&str] = &[$($name),*];
    };
}

operations! {
    matmul: "matmul",
    linear: "linear",
    linear_gradient: "linear-gradient",
    convolution: "convolution",
    convolution_gradient: "convolution-gradient",
    winograd: "winograd",
    max_pool: "max-pool",
    max_pool_gradient: "max-pool-gradient",
    average_pool: "average-pool",
    average_pool_gradient: "average-pool-gradient",
    resize: "resize",
    resize_adjoint: "resize-adjoint",
    rotation: "rotation",
    rotation_adjoint: "rotation-adjoint",
    translation: "translation",
    translation_adjoint: "translation-adjoint",
    pad_reflect: "pad-reflect",
    pad_reflect_adjoint: "pad-reflect-adjoint",
    pad_zeros: "pad-zeros",
    pad_zeros_adjoint: "pad-zeros-adjoint",
    inverse_dft: "inverse-dft",
    inverse_dft_adjoint: "inverse-dft-adjoint",
    batch_norm: "batch-norm",
    relu: "relu",
    relu_gradient: "relu-gradient",
    softmax: "softmax",
    adam: "adam",
    exp: "exp",
    log: "log",
    sigmoid: "sigmoid",
    turns: "turns",
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
    assert_eq!(found, expected);
}
