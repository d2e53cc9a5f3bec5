//! Resources, named `department/project/folder/file`: some are popular, some are the favourites of one person.

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

use super::{departments::DEPARTMENTS, random::zipf};

/// Number of projects of a department; those of low numbers are the busiest.
const PROJECTS: u32 = 8;
const FOLDERS: u32 = 7;
const FILES: u32 = 150;
/// Number of resources that a person comes back to.
const FAVOURITES: u32 = 15;

/// The projects and favourite resources of a person.
pub(super) struct WorkingSet {
    department: usize,
    projects: Vec<u32>,
    favourites: Vec<String>,
}

impl WorkingSet {
    pub(super) fn new(department: usize, rng: &mut ChaCha8Rng) -> Self {
        let projects: Vec<u32> = (0..3).map(|_| zipf(PROJECTS, rng)).collect();
        let mut favourite = || resource(department, *projects.choose(rng).expect("three"), rng);
        let favourites = (0..FAVOURITES).map(|_| favourite()).collect();
        Self { department, projects, favourites }
    }

    /// Draws the resource that the person uses next.
    pub(super) fn next(&self, rng: &mut ChaCha8Rng) -> String {
        match rng.random_range(0..100) {
            0..12 => format!("company/handbook/part{}/page{}", zipf(6, rng), zipf(40, rng)),
            12..55 => self.favourites[zipf(FAVOURITES, rng) as usize].clone(),
            55..58 => foreign(self.department, rng),
            _ => resource(self.department, *self.projects.choose(rng).expect("three"), rng),
        }
    }
}

/// Draws a resource of another department.
pub(super) fn foreign(department: usize, rng: &mut ChaCha8Rng) -> String {
    let other = (department + rng.random_range(1..DEPARTMENTS.len())) % DEPARTMENTS.len();
    resource(other, zipf(PROJECTS, rng), rng)
}

/// Draws a resource of a project, popular ones more often.
fn resource(department: usize, project: u32, rng: &mut ChaCha8Rng) -> String {
    let name = DEPARTMENTS[department].name;
    format!("{name}/project{project}/folder{}/file{}", zipf(FOLDERS, rng), zipf(FILES, rng))
}
