//! Numbers as readers expect them.

/// A probability as readers expect it: three digits, or a power of ten; `p = 0` where it is zero.
pub fn probability(p: f64) -> String {
    match p {
        // Where the correlation is exact, as SciPy has it, or smaller than any number.
        0.0 => "p = 0".to_owned(),
        p if p < 1e-3 => format!("p = {p:.0e}"),
        p => format!("p = {p:.3}"),
    }
}

/// Three significant digits.
pub(crate) fn significant(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_have_three_digits_or_a_power_of_ten() {
        let shown = [0.25, 0.04321, 3.2e-5, 1e-299, 0.0].map(probability);
        assert_eq!(shown, ["p = 0.250", "p = 0.043", "p = 3e-5", "p = 1e-299", "p = 0"]);
    }
}
