//! What of a step is compared.

use serde::{Serialize, Serializer};
use std::fmt;

/// Which way through something is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// From inputs to outputs.
    Forward,
    /// From the gradient by the outputs to that by the inputs.
    Backward,
    /// One with the other: `<A x, y>` and `<x, A' y>`.
    Adjoint,
}

/// What of a step is compared, and which way through it, if there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct What {
    /// Of what.
    pub of: String,
    /// Which way.
    pub pass: Option<Pass>,
}

impl From<String> for What {
    fn from(of: String) -> What {
        What { of, pass: None }
    }
}

impl From<&str> for What {
    fn from(of: &str) -> What {
        of.to_owned().into()
    }
}

impl<T: Into<String>> From<(T, Pass)> for What {
    fn from((of, pass): (T, Pass)) -> What {
        What { of: of.into(), pass: Some(pass) }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.of)?;
        f.write_str(match self.pass {
            None => "",
            Some(Pass::Forward) => ", forward",
            Some(Pass::Backward) => ", backward",
            Some(Pass::Adjoint) => ": <A x, y> and <x, A' y>",
        })
    }
}

impl Serialize for What {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_is_printed_with_the_way_through_it() {
        let said = |what: What| what.to_string();
        assert_eq!(said("ReLU".into()), "ReLU");
        assert_eq!(said(("ReLU", Pass::Forward).into()), "ReLU, forward");
        assert_eq!(said(("ReLU", Pass::Backward).into()), "ReLU, backward");
        assert_eq!(said(("fc", Pass::Adjoint).into()), "fc: <A x, y> and <x, A' y>");
        let json = serde_json::to_string(&What::from(("fc", Pass::Forward))).unwrap();
        assert_eq!(json, "\"fc, forward\"");
    }
}
