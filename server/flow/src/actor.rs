/// Who asks on the platform door or the operator door; recorded in the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Subject of the JWT, or `operator`.
    pub name: String,
    /// By which door.
    pub kind: ActorKind,
}

/// How an actor was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// Through the operator's socket.
    Operator,
    /// By a JWT.
    Jwt,
}

impl Actor {
    /// Whoever may open the operator's socket.
    pub fn operator() -> Self {
        Self {
            name: "operator".to_owned(),
            kind: ActorKind::Operator,
        }
    }

    /// The subject of a verified JWT.
    pub fn subject(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: ActorKind::Jwt,
        }
    }
}
