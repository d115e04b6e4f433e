//! Blocks of a network, and the three roles of a block.

use std::fmt;
use std::str::FromStr;

/// A block by its place: the stage, from 1, and its place in it, from 0. Which blocks a network has, and of what they are
/// made, says its [`crate::Architecture`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block {
    stage: u16,
    index: u16,
}

/// What a block's channel is looked at as (METHOD.md, section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// I: what enters the sum from the residual stream.
    Input,
    /// B: the block's own contribution before the sum.
    Block,
    /// O: the sum.
    Output,
}

/// Why a text is not a block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is not a block: expected a stage and a place in it, such as 1.1 or layer3.0")]
pub struct ParseBlockError {
    /// The text.
    pub found: String,
}

impl Block {
    /// The block at a place of a stage.
    ///
    /// ```
    /// let block = resnet::Block::new(3, 1);
    /// assert_eq!((block.to_string(), block.module()), ("3.1".to_owned(), "layer3.1".to_owned()));
    /// ```
    pub const fn new(stage: u16, index: u16) -> Block {
        Block { stage, index }
    }

    /// Its stage, from 1.
    pub fn stage(self) -> usize {
        self.stage.into()
    }

    /// Its place in the stage, from 0.
    pub fn index(self) -> usize {
        self.index.into()
    }

    /// The name of its module, `layerL.B`.
    pub fn module(self) -> String {
        format!("layer{}.{}", self.stage, self.index)
    }

    /// The block that a text begins with, as [`Block::from_str`] reads it, and what follows: nothing, or from a dot on.
    pub(crate) fn leading(text: &str) -> Option<(Block, &str)> {
        let name = text.strip_prefix("layer").unwrap_or(text);
        let (stage, rest) = name.split_once('.')?;
        let end = rest.find('.').unwrap_or(rest.len());
        let block = Block { stage: number(stage)?, index: number(&rest[..end])? };
        (block.stage > 0).then_some((block, &rest[end..]))
    }
}

/// A number as it is printed: digits, and no zero before others.
fn number(text: &str) -> Option<u16> {
    let number: u16 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.stage, self.index)
    }
}

/// Its name, or that of its module: `3.1` or `layer3.1`.
impl FromStr for Block {
    type Err = ParseBlockError;

    fn from_str(text: &str) -> Result<Block, ParseBlockError> {
        match Block::leading(text) {
            Some((block, "")) => Ok(block),
            _ => Err(ParseBlockError { found: text.to_owned() }),
        }
    }
}

impl Role {
    /// Input, Block, Output.
    pub const ALL: [Role; 3] = [Role::Input, Role::Block, Role::Output];

    /// Its name in lower case, as in file names.
    pub fn name(self) -> &'static str {
        match self {
            Role::Input => "input",
            Role::Block => "block",
            Role::Output => "output",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_parsed_from_its_name_or_its_modules_and_no_other() {
        for (stage, index) in [(1, 0), (1, 1), (2, 0), (3, 35), (4, 2), (12, 0), (3, 200)] {
            let block = Block::new(stage, index);
            assert_eq!((block.stage(), block.index()), (stage.into(), index.into()));
            assert_eq!(block.to_string().parse(), Ok(block));
            assert_eq!(block.module().parse(), Ok(block));
        }
        for wrong in [
            "",
            "layer",
            "layerlayer1.1",
            "0.1",
            "1",
            "1.",
            ".1",
            "1.01",
            "01.1",
            "+1.1",
            "1.-1",
            "1.1 ",
            "11",
            "1.1.1",
            "70000.1",
            "1.99999",
        ] {
            let said = wrong.parse::<Block>().unwrap_err().to_string();
            assert!(said.starts_with(&format!("'{wrong}' is not a block: ")), "{said}");
        }
    }

    #[test]
    fn blocks_are_in_the_order_of_computation() {
        let names = ["1.0", "1.1", "1.10", "2.0", "3.9", "10.0"].map(|name| name.parse::<Block>().unwrap());
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
