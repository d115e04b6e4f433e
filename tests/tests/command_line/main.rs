//! The program as people meet it: commands, wrong commands, interrupted commands, second runs.

mod activations;
mod again;
mod audit;
mod bad_input;
mod explain;
mod folders;
mod installed;
mod kept;
mod networks;
mod overflow;
mod reproduce;
mod shards;
mod terminal;
mod verify;
mod visualize;
mod weights;
