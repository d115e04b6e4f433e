//! Which channels to study.

use crate::error::RunError;
use std::fmt;
use std::str::FromStr;

/// A channel, or a half-open range of channels: `178` or `0..16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelRange {
    first: usize,
    /// Behind the last one.
    end: usize,
}

/// Why a text is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{found}': expected a channel such as 178 or a range such as 0..16")]
pub struct ParseChannelsError {
    /// The text.
    pub found: String,
}

impl ChannelRange {
    /// The first so many channels, at least one.
    pub fn first(count: usize) -> ChannelRange {
        ChannelRange { first: 0, end: count.max(1) }
    }
}

impl FromStr for ChannelRange {
    type Err = ParseChannelsError;

    fn from_str(text: &str) -> Result<ChannelRange, ParseChannelsError> {
        let wrong = || ParseChannelsError { found: text.to_owned() };
        let number = |text: &str| text.parse::<usize>().ok();
        let (first, end) = match text.split_once("..") {
            Some((first, end)) => (number(first), number(end)),
            None => (number(text), number(text).and_then(|c| c.checked_add(1))),
        };
        match (first, end) {
            (Some(first), Some(end)) if first < end => Ok(ChannelRange { first, end }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for ChannelRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.end == self.first + 1 { write!(f, "{}", self.first) } else { write!(f, "{}..{}", self.first, self.end) }
    }
}

/// Channels in order, as the fewest ranges.
pub(crate) fn ranges(channels: &[usize]) -> Vec<String> {
    let runs = channels.chunk_by(|a, b| a + 1 == *b);
    let range = |run: &[usize]| Some(ChannelRange { first: *run.first()?, end: run.last()? + 1 }.to_string());
    runs.filter_map(range).collect()
}

/// The channels that the ranges name, in order and once each; all of `count` where there is no range.
///
/// # Errors
/// If a range reaches beyond `count`, naming `place`.
pub(crate) fn select(ranges: &[ChannelRange], count: usize, place: &str) -> Result<Vec<usize>, RunError> {
    if ranges.is_empty() {
        return Ok((0..count).collect());
    }
    if let Some(range) = ranges.iter().find(|r| r.end > count) {
        let (found, last) = (range.to_string(), count.saturating_sub(1));
        return Err(RunError::Channel { found, last, place: place.to_owned(), plural: true });
    }
    let mut channels: Vec<usize> = ranges.iter().flat_map(|r| r.first..r.end).collect();
    channels.sort_unstable();
    channels.dedup();
    Ok(channels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(text: &str) -> Vec<ChannelRange> {
        text.split(',').map(|t| t.parse().unwrap()).collect()
    }

    #[test]
    fn ranges_and_single_channels_become_a_sorted_list_without_repeats() {
        assert_eq!(select(&ranges("38,0..3,2,19"), 64, "block 1.1").unwrap(), [0, 1, 2, 19, 38]);
        assert_eq!(select(&[], 3, "block 1.1").unwrap(), [0, 1, 2]);
    }

    #[test]
    fn a_channel_beyond_the_last_names_the_place() {
        let message = select(&ranges("60..65"), 64, "block 1.1").unwrap_err().to_string();
        assert_eq!(message, "--channels 60..65: expected channels from 0 to 63 at block 1.1");
    }

    #[test]
    fn what_is_no_channel_is_refused() {
        for text in ["", "a", "3..3", "5..2", "..4", "1..", "-1", "18446744073709551615"] {
            assert!(text.parse::<ChannelRange>().unwrap_err().to_string().contains(text), "{text}");
        }
    }

    #[test]
    fn the_last_channel_is_allowed_and_the_one_behind_it_not() {
        assert_eq!(select(&ranges("62..64"), 64, "").unwrap(), [62, 63]);
        assert_eq!(select(&ranges("63"), 64, "").unwrap(), [63]);
        for beyond in ["64", "0..65", "3,64"] {
            assert!(select(&ranges(beyond), 64, "").is_err(), "{beyond}");
        }
        let said = select(&ranges("0"), 0, "x").unwrap_err().to_string();
        assert_eq!(said, "--channels 0: expected channels from 0 to 0 at x");
    }

    #[test]
    fn a_range_is_written_as_it_is_read() {
        for text in ["0", "178", "0..16", "3..5"] {
            assert_eq!(text.parse::<ChannelRange>().unwrap().to_string(), text);
        }
        assert_eq!("3..4".parse::<ChannelRange>().unwrap().to_string(), "3");
        assert_eq!(super::ranges(&[0, 1, 2, 5, 7, 8]), ["0..3", "5", "7..9"]);
        assert_eq!(super::ranges(&[]), [""; 0]);
        let first = |count| ChannelRange::first(count).to_string();
        assert_eq!([0, 1, 2, 16].map(first), ["0", "0", "0..2", "0..16"]);
    }
}
