//! What the documentation of graphs, plans and workspaces promises, sentence by sentence.

mod apart;
mod geometry;
mod memory;
mod refusals;
mod sharing;
mod workspaces;
