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

/// Behind a p-value, the same adjusted for as many tests as there are beside it; nothing where it was not.
pub(crate) fn adjusted(q: Option<f64>) -> String {
    q.map_or_else(String::new, |q| format!(", {}", probability(q).replacen('p', "q", 1)))
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
    fn an_adjusted_probability_is_called_q() {
        assert_eq!([Some(0.25), Some(3.2e-5), None].map(adjusted), [", q = 0.250", ", q = 3e-5", ""]);
    }

    #[test]
    fn probabilities_have_three_digits_or_a_power_of_ten() {
        let shown = [0.25, 0.04321, 3.2e-5, 1e-299, 0.0].map(probability);
        assert_eq!(shown, ["p = 0.250", "p = 0.043", "p = 3e-5", "p = 1e-299", "p = 0"]);
    }
}
