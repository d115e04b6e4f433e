//! Gradient ascent on the picture of one unit.

use crate::augmentation::{Augmentation, AugmentedImage};
use crate::draws::Draws;
use crate::picture::{Picture, add_picture, to_byte};
use crate::recipe::{Recipe, Variation};
use autodiff::{Graph, GraphError, Isa, NodeId, Plan, PlanError, Wanted, Workspace};
use kernels::adam::{Adam, Direction, Moments};
use kernels::elementary::single;
use ndarray::Array3;
use resnet::{Network, NetworkError, Site};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// What is maximised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Objective {
    /// The center neuron of the channel.
    Neuron,
    /// The mean of the whole channel, of what the site holds. Before a ReLU, negative places count, so that it is
    /// another number than the mean after it; a center neuron is the same number on both sides, where it is
    /// positive.
    Channel,
}

/// Why a unit cannot be visualized.
#[derive(Debug, thiserror::Error)]
pub enum FeatvizError {
    /// The network lacks the site, or cannot be read at this size.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The picture is too small for its augmentations.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A plan could not be compiled.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// There is no scale to draw from.
    #[error("a recipe needs at least one scale, and this one has none")]
    NoScale,
}

/// A finished visualization.
#[derive(Clone, Debug, PartialEq)]
pub struct Visualization {
    /// The 8-bit picture, `[size, size, 3]` RGB.
    pub pixels: Array3<u8>,
    /// The picture before it is made 8-bit, `[size, size, 3]`, for [`Variation::FloatPicture`] alone; empty otherwise.
    pub floats: Vec<f32>,
    /// The objective before each step, through that step's augmentation.
    pub trajectory: Vec<f32>,
}

/// The compiled plans of one site, objective and recipe; shared by all threads.
#[derive(Debug)]
pub struct Visualizer {
    recipe: Recipe,
    site: Site,
    objective: Objective,
    jitter: usize,
    channels: usize,
    chains: Vec<Chain>,
}

/// Picture, augmentation at one scale, normalisation, network.
#[derive(Debug)]
struct Chain {
    spectrum: NodeId,
    augmented: AugmentedImage,
    wanted: Wanted,
    plan: Arc<Plan>,
}

/// Where one thread runs units: buffers for every plan in turn, the parameters and Adam's averages.
#[derive(Debug)]
pub struct Studio {
    visualizer: Arc<Visualizer>,
    isa: Isa,
    workspace: Workspace,
    picture: Picture,
    spectrum: Vec<f32>,
    first_average: Vec<f32>,
    second_average: Vec<f32>,
}

impl Objective {
    /// `neuron` or `channel`.
    pub fn name(self) -> &'static str {
        match self {
            Objective::Neuron => "neuron",
            Objective::Channel => "channel",
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Objective {
    type Err = String;

    fn from_str(text: &str) -> Result<Objective, String> {
        let found = [Objective::Neuron, Objective::Channel].into_iter().find(|o| o.name() == text);
        found.ok_or_else(|| format!("'{text}' is not an objective: expected neuron or channel"))
    }
}

impl Visualizer {
    /// Compiles the plans for a site.
    ///
    /// # Errors
    /// If the network lacks the site or the recipe's pictures are too small.
    pub fn new(
        network: &Network,
        site: Site,
        objective: Objective,
        recipe: Recipe,
    ) -> Result<Visualizer, FeatvizError> {
        Network::require_input_size(recipe.size)?;
        network.require(site)?;
        if recipe.scales.is_empty() {
            return Err(FeatvizError::NoScale);
        }
        let jitter = recipe.jitter_at(network.architecture(), site);
        let centered = recipe.variation == Some(Variation::CenteredJitter);
        let read = recipe.read_at(site);
        network.require(read)?;
        let chain = |scale: &u32| {
            let augmentation = Augmentation { jitter, scale: *scale, degrees: recipe.drawn_degrees(), centered };
            let mut graph = Graph::new();
            let (spectrum, image) = add_picture(&mut graph, recipe.size)?;
            let augmented = augmentation.add_to(&mut graph, image)?;
            Seen { graph, spectrum, augmented }.through(network, read, objective)
        };
        let chains = recipe.drawn_scales().iter().map(chain).collect::<Result<Vec<_>, _>>()?;
        let channels = chains.first().map_or(0, |c| c.channels);
        let chains = chains.into_iter().map(|c| c.chain).collect();
        Ok(Visualizer { recipe, site, objective, jitter, channels, chains })
    }

    /// The recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// How many channels the site has.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The name by which a unit's draws are addressed.
    pub fn unit_name(&self, channel: usize) -> String {
        format!("{}:{channel}:{}", self.site, self.objective)
    }

    /// Bytes that one [`Studio`] needs.
    pub fn studio_bytes(&self) -> usize {
        let plans = self.chains.iter().map(|c| c.plan.as_ref());
        Plan::workspace_bytes(plans) + 3 * self.recipe.parameters() * size_of::<f32>()
    }
}

/// A chain with the number of channels at its end.
struct Built {
    chain: Chain,
    channels: usize,
}

/// A picture and its augmentation.
struct Seen {
    graph: Graph,
    spectrum: NodeId,
    augmented: AugmentedImage,
}

impl Seen {
    /// What a site makes of it.
    fn through(self, network: &Network, site: Site, objective: Objective) -> Result<Built, FeatvizError> {
        let Seen { mut graph, spectrum, augmented } = self;
        let normalised = graph.add(network.normalisation(), &[augmented.image])?;
        let sites = network.add_to(&mut graph, normalised)?;
        let unavailable = || NetworkError::Unavailable { site, because: String::new() };
        let node = sites.get(site).ok_or_else(unavailable)?;
        let wanted = match objective {
            Objective::Neuron => Wanted::center(&graph, node),
            Objective::Channel => Wanted::whole(&graph, node),
        };
        let plan = Arc::new(Plan::with_gradients(&graph, wanted, &[spectrum])?);
        let channels = graph.shape(node).channels;
        Ok(Built { chain: Chain { spectrum, augmented, wanted, plan }, channels })
    }
}

impl Chain {
    /// The mean of a channel over the wanted positions: of a center neuron, its value.
    fn objective(&self, workspace: &Workspace, channel: usize) -> f32 {
        let value = workspace.value(self.wanted.node);
        let region = self.wanted.region;
        let mut sum = 0.0;
        for y in region.top..region.bottom() {
            for x in region.left..region.right() {
                sum += f64::from(value.pixel(y, x)[channel]);
            }
        }
        single(sum / region.positions() as f64)
    }

    /// Sets the gradient of that mean.
    fn seed(&self, workspace: &mut Workspace, channel: usize) {
        let each = single(1.0 / self.wanted.region.positions() as f64);
        let mut seed = workspace.seed();
        let channels = seed.channels();
        seed.data_mut().fill(0.0);
        for position in seed.data_mut().chunks_exact_mut(channels) {
            position[channel] = each;
        }
    }
}

impl Studio {
    /// Buffers for a visualizer's units.
    ///
    /// # Errors
    /// If the recipe's pictures are too small.
    pub fn new(visualizer: Arc<Visualizer>, isa: Isa) -> Result<Studio, FeatvizError> {
        let parameters = visualizer.recipe.parameters();
        let mut workspace = Workspace::new(Arc::clone(&visualizer.chains[0].plan), isa);
        for chain in &visualizer.chains {
            workspace.switch_to(&chain.plan);
        }
        Ok(Studio {
            workspace,
            picture: Picture::new(&visualizer.recipe, isa)?,
            spectrum: vec![0.0; parameters],
            first_average: vec![0.0; parameters],
            second_average: vec![0.0; parameters],
            isa,
            visualizer,
        })
    }

    /// Makes the picture of a channel from a seed. The result depends on nothing else.
    ///
    /// # Panics
    /// If the site has no such channel.
    pub fn run(&mut self, channel: usize, seed: u64) -> Visualization {
        self.run_watched(channel, seed, &mut || ())
    }

    /// As [`Studio::run`], calling `after_step` after each step.
    ///
    /// # Panics
    /// If the site has no such channel.
    pub fn run_watched(&mut self, channel: usize, seed: u64, after_step: &mut dyn FnMut()) -> Visualization {
        let steps = self.visualizer.recipe.steps;
        let mut made = self.run_through(channel, seed, &[steps], after_step);
        made.swap_remove(0)
    }

    /// The pictures of a channel from a seed after so many steps each, whatever the recipe's number of steps: the first k
    /// steps of a longer run are those of a run of k. They come in the order of their steps, each number once.
    ///
    /// # Panics
    /// If the site has no such channel.
    pub fn run_on_the_way(&mut self, channel: usize, seed: u64, steps: &[usize]) -> Vec<Visualization> {
        self.run_through(channel, seed, steps, &mut || ())
    }

    fn run_through(
        &mut self,
        channel: usize,
        seed: u64,
        wanted: &[usize],
        after_step: &mut dyn FnMut(),
    ) -> Vec<Visualization> {
        let visualizer = Arc::clone(&self.visualizer);
        assert!(channel < visualizer.channels, "channel {channel} of {}", visualizer.channels);
        let recipe = &visualizer.recipe;
        let draws = Draws::new(seed, &visualizer.unit_name(channel));
        draws.spectrum(recipe.deviation, &mut self.spectrum);
        self.first_average.fill(0.0);
        self.second_average.fill(0.0);
        let mut adam = Adam::new(Direction::Ascent, recipe.learning_rate, recipe.betas, recipe.eps);
        let drawn_from = Recipe { scales: recipe.drawn_scales(), degrees: recipe.drawn_degrees(), ..recipe.clone() };
        let last = wanted.iter().copied().max().unwrap_or(0);
        let (mut trajectory, mut made) = (Vec::with_capacity(last), Vec::new());
        for step in 1..=last {
            if wanted.contains(&(step - 1)) {
                made.push(self.visualization(&trajectory));
            }
            let drawn = draws.step(&drawn_from, visualizer.jitter, step);
            let chain = &visualizer.chains[drawn.scale];
            let workspace = &mut self.workspace;
            workspace.switch_to(&chain.plan);
            chain.seed(workspace, channel);
            chain.augmented.set_draws(workspace, &drawn);
            workspace.swap_input(chain.spectrum, &mut self.spectrum);
            workspace.forward();
            workspace.backward();
            workspace.swap_input(chain.spectrum, &mut self.spectrum);
            trajectory.push(chain.objective(workspace, channel));
            let gradient = workspace.gradient(chain.spectrum).data();
            let moments = Moments { first: &mut self.first_average, second: &mut self.second_average };
            adam.step(self.isa, &mut self.spectrum, gradient, moments);
            after_step();
        }
        if !wanted.is_empty() {
            made.push(self.visualization(&trajectory));
        }
        made
    }

    /// What the parameters show now, after steps of this objective.
    fn visualization(&mut self, trajectory: &[f32]) -> Visualization {
        let colors = self.picture.draw_slice(&self.spectrum);
        let kept = self.visualizer.recipe.variation == Some(Variation::FloatPicture);
        let floats = if kept { colors.iter().copied().collect() } else { Vec::new() };
        Visualization { pixels: colors.mapv(to_byte), floats, trajectory: trajectory.to_vec() }
    }
}
