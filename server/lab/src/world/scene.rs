//! Where somebody acts from, and with what.

use std::net::Ipv4Addr;

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::Device;

/// A device and the program on it.
pub(super) type Tool = (Device, &'static str);

/// An address, its city, a device and a program.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    pub(super) address: Ipv4Addr,
    pub(super) city: &'static str,
    pub(super) tool: Tool,
}

/// Programs of people and attackers alike: none is a giveaway.
const DESKS: [Tool; 6] = [
    (Device::Desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0"),
    (Device::Desktop, "Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari/605.1"),
    (Device::Desktop, "Mozilla/5.0 (X11; Linux x86_64) Firefox/127.0"),
    (Device::Desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/126.0"),
    (Device::Desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/119.0"),
    (Device::Desktop, "Mozilla/5.0 (X11; Linux x86_64) Firefox/115.0"),
];
const PHONES: [Tool; 3] = [
    (Device::Mobile, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5)"),
    (Device::Mobile, "Mozilla/5.0 (Linux; Android 14)"),
    (Device::Mobile, "Mozilla/5.0 (Linux; Android 12)"),
];
const TABLETS: [Tool; 2] =
    [(Device::Tablet, "Mozilla/5.0 (iPad; CPU OS 17_5)"), (Device::Tablet, "Mozilla/5.0 (Linux; Android 13; Tablet)")];
const SCRIPTS: [Tool; 3] =
    [(Device::Cli, "python-requests/2.31"), (Device::Cli, "aws-cli/2.15"), (Device::Cli, "curl/8.5")];
/// What service accounts run on.
pub(super) const SERVICE: Tool = (Device::Server, "python-requests/2.32");

pub(super) fn desk(rng: &mut ChaCha8Rng) -> Tool {
    one_of(&DESKS, rng)
}

/// Returns a telephone, or a tablet.
pub(super) fn handheld(rng: &mut ChaCha8Rng) -> Tool {
    if rng.random_bool(0.15) { one_of(&TABLETS, rng) } else { one_of(&PHONES, rng) }
}

pub(super) fn script(rng: &mut ChaCha8Rng) -> Tool {
    one_of(&SCRIPTS, rng)
}

/// Returns what an attacker works with: what anybody might.
pub(super) fn any_tool(rng: &mut ChaCha8Rng) -> Tool {
    match rng.random_range(0..10) {
        0..6 => desk(rng),
        6..8 => handheld(rng),
        _ => script(rng),
    }
}

fn one_of(tools: &[Tool], rng: &mut ChaCha8Rng) -> Tool {
    *tools.choose(rng).expect("there are programs of every kind")
}
