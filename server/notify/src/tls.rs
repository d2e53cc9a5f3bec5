//! Encrypted connections, and which certificates they trust.

use std::{
    io,
    sync::{Arc, LazyLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// The authorities that the operating system trusts.
static SYSTEM_ROOTS: LazyLock<RootCertStore> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
});

/// Reads the certificates of a text in PEM.
pub(crate) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let certificates = certificates.map_err(|error| format!("cannot be read as PEM: {error}"))?;
    if certificates.is_empty() {
        return Err("has no certificate, must have one between BEGIN CERTIFICATE and END CERTIFICATE".to_owned());
    }
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots.add(certificate.clone()).map_err(|error| format!("has a certificate that cannot be read: {error}"))?;
    }
    Ok(certificates)
}

/// Opens encrypted connections.
#[derive(Clone)]
pub(crate) struct Tls(TlsConnector);

impl Tls {
    /// Trusts the authorities of the system and others.
    pub(crate) fn trusting(others: Vec<CertificateDer<'static>>) -> Self {
        let mut roots = SYSTEM_ROOTS.clone();
        roots.add_parsable_certificates(others);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has the ciphers of TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(Arc::new(config).into())
    }

    /// Encrypts a connection to the server of a name or an address, which its certificate must prove.
    pub(crate) async fn connect(&self, server: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(server.to_owned()).map_err(io::Error::other)?;
        self.0.connect(name, stream).await
    }
}
