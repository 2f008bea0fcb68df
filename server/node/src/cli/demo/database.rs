use std::process::Stdio;

use tokio::process::Command;

use super::super::Fault;

/// Environment variable with the URL of a maintenance database whose user may create databases.
const SERVER: &str = "LIANFANG_TEST_POSTGRES";

/// Where the nodes of the demo keep their data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum DatabaseKind {
    /// A file in each data folder.
    Sqlite,
    /// A database of its own for each node, on the server of LIANFANG_TEST_POSTGRES.
    Postgres,
}

impl DatabaseKind {
    /// The URL of a fresh database for `node`.
    pub(super) async fn prepare(self, node: &str) -> Result<String, Fault> {
        match self {
            Self::Sqlite => Ok("sqlite:lianfang.db".to_owned()),
            Self::Postgres => create(node).await,
        }
    }
}

async fn create(node: &str) -> Result<String, Fault> {
    let server = std::env::var(SERVER).map_err(|_| {
        Fault::plain(format!(
            "set {SERVER} to the URL of a PostgreSQL database, or run ./scripts/demo, which starts a server"
        ))
    })?;
    let name = format!("lianfang_demo_{}_{}", node.replace('-', "_"), std::process::id());
    let status = Command::new("psql")
        .args([&server, "-q", "-c", &format!("CREATE DATABASE {name}")])
        .stdin(Stdio::null())
        .status()
        .await
        .map_err(|error| Fault::plain(format!("psql can't be run: {error}")))?;
    if !status.success() {
        return Err(Fault::plain("the database server refused to create a database"));
    }
    Ok(with_database(&server, &name))
}

/// The same server, another database: the path is what stands between the authority and the query.
fn with_database(server: &str, name: &str) -> String {
    let (front, query) = server
        .split_once('?')
        .map_or((server, None), |(front, query)| (front, Some(query)));
    let authority = front.rfind('/').map_or(front, |slash| &front[..slash]);
    match query {
        Some(query) => format!("{authority}/{name}?{query}"),
        None => format!("{authority}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_a_url_is_replaced_and_nothing_else() {
        assert_eq!(
            with_database("postgres:///postgres?host=/tmp/x&user=lf", "a"),
            "postgres:///a?host=/tmp/x&user=lf"
        );
        assert_eq!(
            with_database("postgres://u@h:5432/postgres", "a"),
            "postgres://u@h:5432/a"
        );
    }
}
