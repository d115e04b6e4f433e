//! What the documentation of graphs, plans and workspaces promises, sentence by sentence.

mod geometry;
mod memory;
mod refusals;
mod sharing;
mod workspaces;
