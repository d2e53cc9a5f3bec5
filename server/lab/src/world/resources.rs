//! What people work on: `department/project/folder/file`, some of it popular, some of it a person's own favourite.

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

use super::{departments::DEPARTMENTS, random::zipf};

/// Projects of a department; the small numbers are the busiest.
const PROJECTS: u32 = 8;
const FOLDERS: u32 = 7;
const FILES: u32 = 150;
/// How many resources somebody has that they come back to.
const FAVOURITES: u32 = 15;

/// What somebody in a department works on.
pub(super) struct Desktop {
    department: usize,
    projects: Vec<u32>,
    favourites: Vec<String>,
}

impl Desktop {
    pub(super) fn new(department: usize, rng: &mut ChaCha8Rng) -> Self {
        let projects: Vec<u32> = (0..3).map(|_| zipf(PROJECTS, rng)).collect();
        let mut favourite = || resource(department, *projects.choose(rng).expect("three"), rng);
        let favourites = (0..FAVOURITES).map(|_| favourite()).collect();
        Self { department, projects, favourites }
    }

    /// Returns what the person works on next.
    pub(super) fn next(&self, rng: &mut ChaCha8Rng) -> String {
        match rng.random_range(0..100) {
            0..12 => format!("company/handbook/part{}/page{}", zipf(6, rng), zipf(40, rng)),
            12..55 => self.favourites[zipf(FAVOURITES, rng) as usize].clone(),
            55..58 => foreign(self.department, rng),
            _ => resource(self.department, *self.projects.choose(rng).expect("three"), rng),
        }
    }
}

/// Returns a resource of any project of any other department.
pub(super) fn foreign(department: usize, rng: &mut ChaCha8Rng) -> String {
    let other = (department + rng.random_range(1..DEPARTMENTS.len())) % DEPARTMENTS.len();
    resource(other, zipf(PROJECTS, rng), rng)
}

/// Returns a resource of a project, the popular ones more often.
fn resource(department: usize, project: u32, rng: &mut ChaCha8Rng) -> String {
    let name = DEPARTMENTS[department].name;
    format!("{name}/project{project}/folder{}/file{}", zipf(FOLDERS, rng), zipf(FILES, rng))
}
