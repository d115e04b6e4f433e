//! Sets made from values, and what is looked up in them.

use weights::{Tensor, TensorSet, WeightsError};

#[test]
fn missing_unexpected_and_misshapen_tensors_are_told_apart() {
    let tensor = |name: &str| Tensor::new(format!("net/{name}.npy"), name, vec![2, 1], vec![1.0, 2.0]).unwrap();
    let set = TensorSet::new("net", [tensor("b"), tensor("a")]).unwrap();
    assert!(set.require("a", &[2, 1]).is_ok());
    let sentence = |result: Result<&Tensor, WeightsError>| result.unwrap_err().to_string();
    assert_eq!(sentence(set.require("c", &[2])), "net: expected a tensor `c`, found none of that name");
    assert_eq!(sentence(set.require("a", &[2])), "net/a.npy: expected tensor `a` to have the shape [2], found [2, 1]");
    assert_eq!(set.unexpected(|name| name == "a"), ["b"]);
    assert_eq!(
        set.refuse_unexpected(|name| name == "a").unwrap_err().to_string(),
        "net/b.npy: expected no tensor `b`, found one"
    );
    assert!(set.refuse_unexpected(|name| name < "c").is_ok());
    let twice = TensorSet::new("net", [tensor("a"), tensor("a")]).unwrap_err();
    assert_eq!(twice.to_string(), "net/a.npy: expected every tensor once, found `a` twice");
}

#[test]
fn a_tensor_made_from_values_is_checked_like_one_from_a_file() {
    let sentence = |shape: &[usize], values: &[f32]| {
        Tensor::new("net", "a", shape.to_vec(), values.to_vec()).unwrap_err().to_string()
    };
    let wrong_count = "net: expected tensor `a` to have a value for each element of the shape";
    assert_eq!(sentence(&[2, 2], &[1.0; 3]), format!("{wrong_count} [2, 2], found 3 values"));
    assert_eq!(sentence(&[], &[]), format!("{wrong_count} [], found 0 values"));
    assert_eq!(sentence(&[usize::MAX, 2], &[1.0]), format!("{wrong_count} [{}, 2], found 1 values", usize::MAX));
    assert_eq!(
        sentence(&[1, 2], &[1.0, f32::INFINITY]),
        "net: tensor `a`: expected finite values, found inf at [0, 1]"
    );
}
