//! Blocks of the network, and the three roles of a block.

use std::fmt;
use std::str::FromStr;

/// A basic block: stage 1 to 4, index 0 or 1 in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block {
    stage: u8,
    index: u8,
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
#[error("'{found}' is not a block: expected one of 1.0, 1.1, 2.0, 2.1, 3.0, 3.1, 4.0, 4.1")]
pub struct ParseBlockError {
    /// The text.
    pub found: String,
}

impl Block {
    /// All eight blocks in order.
    pub const ALL: [Block; 8] = [
        Block { stage: 1, index: 0 },
        Block { stage: 1, index: 1 },
        Block { stage: 2, index: 0 },
        Block { stage: 2, index: 1 },
        Block { stage: 3, index: 0 },
        Block { stage: 3, index: 1 },
        Block { stage: 4, index: 0 },
        Block { stage: 4, index: 1 },
    ];

    /// The seven blocks that the paper studies: all but 1.0.
    ///
    /// ```
    /// let names: Vec<String> = resnet::Block::studied().iter().map(ToString::to_string).collect();
    /// assert_eq!(names, ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"]);
    /// ```
    pub fn studied() -> &'static [Block] {
        &Self::ALL[1..]
    }

    /// Its stage, 1 to 4.
    pub fn stage(self) -> usize {
        self.stage.into()
    }

    /// Its place in the stage, 0 or 1.
    pub fn index(self) -> usize {
        self.index.into()
    }

    /// Whether its input is projected (`downsample`): the first block of stages 2 to 4.
    pub fn has_projection(self) -> bool {
        self.index == 0 && self.stage > 1
    }

    /// The name of its module, `layerL.B`.
    pub fn module(self) -> String {
        format!("layer{}.{}", self.stage, self.index)
    }

    /// The block before it, if there is one.
    pub fn previous(self) -> Option<Block> {
        let at = Self::ALL.iter().position(|&b| b == self)?;
        at.checked_sub(1).map(|at| Self::ALL[at])
    }
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
        let name = text.strip_prefix("layer").unwrap_or(text);
        let found = Self::ALL.into_iter().find(|b| b.to_string() == name);
        found.ok_or_else(|| ParseBlockError { found: text.to_owned() })
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
    fn the_studied_blocks_are_the_papers_seven() {
        let names: Vec<String> = Block::studied().iter().map(Block::to_string).collect();
        assert_eq!(names, ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"]);
    }

    #[test]
    fn a_block_is_parsed_from_its_name_or_its_modules_and_no_other() {
        for block in Block::ALL {
            assert_eq!(block.to_string().parse(), Ok(block));
            assert_eq!(block.module().parse(), Ok(block));
        }
        for wrong in ["", "layer", "layerlayer1.1", "layer5.0", "1", "5.0", "1.2", "1.1 ", "11"] {
            assert!(wrong.parse::<Block>().unwrap_err().to_string().contains("1.1"), "{wrong}");
        }
    }
}
