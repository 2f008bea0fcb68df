use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;

/// One listener per door; each can be switched off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Doors {
    /// Other members: mutual TLS only.
    pub federation: Door,
    /// The platform's own systems and people: TLS and JWT.
    pub platform: Door,
    /// Members that are regulators: mutual TLS only. Off unless it is configured.
    pub regulator: Door,
    /// Health, readiness, metrics: plain HTTP, loopback by default.
    pub operations: Door,
    /// The command line: a socket in the data folder that only its owner can open.
    pub operator: Operator,
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    #[serde(default = "on")]
    pub enabled: bool,
    pub listen: SocketAddr,
}

/// The operator's socket.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Operator {
    pub enabled: bool,
}

fn on() -> bool {
    true
}

impl Door {
    /// A door on loopback.
    pub fn loopback(port: u16) -> Self {
        Self {
            enabled: true,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        }
    }
}

impl Default for Operator {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            federation: Door::loopback(7443),
            platform: Door::loopback(7444),
            regulator: Door {
                enabled: false,
                ..Door::loopback(7446)
            },
            operations: Door::loopback(7445),
            operator: Operator::default(),
        }
    }
}

impl Doors {
    pub(super) fn check(&self) -> Result<(), String> {
        let doors = [
            &self.federation,
            &self.platform,
            &self.regulator,
            &self.operations,
        ];
        let open = doors.map(|door| {
            let fixed = door.enabled && door.listen.port() != 0;
            fixed.then_some(door.listen)
        });
        let twice = (1..open.len()).any(|at| open[at].is_some() && open[..at].contains(&open[at]));
        if twice {
            Err("doors: two doors have the same address".to_owned())
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_doors_cannot_share_an_address() {
        let doors = Doors {
            platform: Door::loopback(7443),
            ..Doors::default()
        };
        assert!(doors.check().is_err());
        let off = Door {
            enabled: false,
            ..Door::loopback(7443)
        };
        assert!(
            Doors {
                platform: off,
                ..Doors::default()
            }
            .check()
            .is_ok()
        );
    }
}
