//! Certificates that no system trusts by itself.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// An authority that was made for one test.
pub struct CertificateAuthority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl CertificateAuthority {
    /// Makes an authority.
    pub fn generate() -> Self {
        let key = KeyPair::generate().expect("the system has random numbers");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("the key fits its certificate");
        Self { pem: certificate.pem(), issuer: Issuer::new(params, key) }
    }

    /// Returns the certificate of the authority itself, which clients are to trust.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Returns the configuration of a server that proves to be `name` by a certificate of this authority.
    pub fn server_config(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("the system has random numbers");
        let params = CertificateParams::new([name.to_owned()]).expect("the name is one of a server");
        let certificate = params.signed_by(&key, &self.issuer).expect("the key fits its certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has the ciphers of TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("the key fits its certificate");
        Arc::new(config)
    }
}
