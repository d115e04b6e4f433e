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

/// How many of something, with commas between thousands: `1 picture`, `1,168 pictures`. The plural of `what` ends in `s`.
pub fn counted(count: usize, what: &str) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let s = if count == 1 { "" } else { "s" };
    format!("{text} {what}{s}")
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
    fn one_is_not_said_in_the_plural_and_thousands_have_commas() {
        let said = [0, 1, 999, 1000, 1_234_567].map(|count| counted(count, "tuning curve"));
        let expected = ["0 tuning curves", "1 tuning curve", "999 tuning curves", "1,000 tuning curves"];
        assert_eq!(said[..4], expected);
        assert_eq!(said[4], "1,234,567 tuning curves");
    }

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
