use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// Name of the socket in the data folder.
pub const SOCKET: &str = "operator.sock";

/// The operator's socket: mode 0600 from its first moment, gone when dropped.
#[derive(Debug)]
pub struct OperatorSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl OperatorSocket {
    /// Listens in `data`. The socket is made in a folder that only its owner can enter and then moved, so that
    /// it is never open to others. What a node that died left behind is replaced; a node that lives isn't.
    ///
    /// # Errors
    /// `AddrInUse` when another node runs on this folder; otherwise that of the file system.
    pub fn bind(data: &Path) -> io::Result<Self> {
        let path = data.join(SOCKET);
        if UnixStream::connect(&path).is_ok() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another node runs on this data folder"));
        }
        let private = data.join(".operator");
        let _ = fs::remove_dir_all(&private);
        DirBuilder::new().mode(0o700).create(&private)?;
        let bound = bind_within(&private.join("s"), &path);
        fs::remove_dir_all(&private)?;
        Ok(Self { listener: bound?, path })
    }

    /// The listener for the server; the file stays until this value is dropped.
    ///
    /// # Errors
    /// That of the operating system.
    pub fn listener(&self) -> io::Result<UnixListener> {
        self.listener.try_clone()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn bind_within(private: &Path, path: &Path) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(private)?;
    fs::set_permissions(private, Permissions::from_mode(0o600))?;
    fs::rename(private, path)?;
    Ok(listener)
}

impl Drop for OperatorSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_can_open_it_and_it_goes_with_the_node() {
        let data = tempfile::tempdir().unwrap();
        let socket = OperatorSocket::bind(data.path()).unwrap();
        let mode = fs::metadata(socket.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(UnixStream::connect(socket.path()).is_ok());
        drop(socket);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_second_node_on_the_same_folder_is_refused_and_a_dead_one_s_socket_replaced() {
        let data = tempfile::tempdir().unwrap();
        let first = OperatorSocket::bind(data.path()).unwrap();
        let refused = OperatorSocket::bind(data.path()).map(drop).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
        let OperatorSocket { .. } = first;
        std::mem::forget(first.listener().unwrap());
        drop(first);
        let dead = UnixListener::bind(data.path().join(SOCKET)).unwrap();
        drop(dead);
        assert!(OperatorSocket::bind(data.path()).is_ok());
    }
}
