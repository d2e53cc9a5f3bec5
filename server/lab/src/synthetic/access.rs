//! The context of an access: address, city, device and client program.

use std::net::Ipv4Addr;

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::Device;

/// A device and the client program on it.
pub(super) type Client = (Device, &'static str);

/// The address, city and client from which an account is used.
#[derive(Clone, Copy)]
pub(super) struct AccessContext {
    pub(super) address: Ipv4Addr,
    pub(super) city: &'static str,
    pub(super) client: Client,
}

/// The way by which a session of a user reaches the services.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// The lines of the office.
    Office,
    /// The network at home.
    Home,
    /// A network in a city that the user has travelled to.
    Away,
    /// A telephone.
    Mobile,
    /// The company's VPN.
    Vpn,
    /// A VPN of the user's own.
    PrivateVpn,
    /// An egress service.
    Egress,
    /// The lines of the office, by a program.
    Service,
}

/// Browsers on desktops; people and attackers use the same ones, so that none gives an attack away.
const DESKTOPS: [Client; 6] = [
    (Device::Desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0"),
    (Device::Desktop, "Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari/605.1"),
    (Device::Desktop, "Mozilla/5.0 (X11; Linux x86_64) Firefox/127.0"),
    (Device::Desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/126.0"),
    (Device::Desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/119.0"),
    (Device::Desktop, "Mozilla/5.0 (X11; Linux x86_64) Firefox/115.0"),
];
/// Computers that come new: browsers that nobody had before, programs of their own, a tablet in place of a computer.
const NEW_COMPUTERS: [Client; 5] = [
    (Device::Desktop, "Opera/112.0 (Windows NT 10.0; Win64; x64)"),
    (Device::Desktop, "CloudDrive/24.1 (Macintosh; Intel Mac OS X)"),
    (Device::Desktop, "SyncClient/3.7 (Windows NT 10.0; Win64; x64)"),
    (Device::Desktop, "Workspace/9.4 (X11; Linux x86_64)"),
    (Device::Tablet, "Mozilla/5.0 (iPad; CPU OS 17_5)"),
];
/// The machine that people share at the office.
pub(super) const SHARED_MACHINE: Client = (Device::Desktop, "KioskBrowser/4.0 (X11; CrOS x86_64)");
const PHONES: [Client; 3] = [
    (Device::Mobile, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5)"),
    (Device::Mobile, "Mozilla/5.0 (Linux; Android 14)"),
    (Device::Mobile, "Mozilla/5.0 (Linux; Android 12)"),
];
const TABLETS: [Client; 2] =
    [(Device::Tablet, "Mozilla/5.0 (iPad; CPU OS 17_5)"), (Device::Tablet, "Mozilla/5.0 (Linux; Android 13; Tablet)")];
const SCRIPTS: [Client; 3] =
    [(Device::Cli, "python-requests/2.31"), (Device::Cli, "aws-cli/2.15"), (Device::Cli, "curl/8.5")];
/// The client of service accounts.
pub(super) const SERVICE: Client = (Device::Server, "python-requests/2.32");

pub(super) fn desktop(rng: &mut ChaCha8Rng) -> Client {
    one_of(&DESKTOPS, rng)
}

/// Returns a computer that comes new: half of them are like those of others.
pub(super) fn new_computer(rng: &mut ChaCha8Rng) -> Client {
    if rng.random_bool(0.5) { one_of(&NEW_COMPUTERS, rng) } else { desktop(rng) }
}

/// Returns a telephone or, less often, a tablet.
pub(super) fn handheld(rng: &mut ChaCha8Rng) -> Client {
    if rng.random_bool(0.15) { one_of(&TABLETS, rng) } else { one_of(&PHONES, rng) }
}

pub(super) fn script(rng: &mut ChaCha8Rng) -> Client {
    one_of(&SCRIPTS, rng)
}

/// Returns an attacker's client: any that people use.
pub(super) fn any_client(rng: &mut ChaCha8Rng) -> Client {
    match rng.random_range(0..10) {
        0..6 => desktop(rng),
        6..8 => handheld(rng),
        _ => script(rng),
    }
}

fn one_of(clients: &[Client], rng: &mut ChaCha8Rng) -> Client {
    *clients.choose(rng).expect("there are clients of every kind")
}
