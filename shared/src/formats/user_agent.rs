//! The kind of device, from the user agent of a request.

use crate::event::Device;

/// Parts of user agents and the device that each stands for; the first that is found decides.
const PROGRAMS: [(&str, Device); 46] = [
    ("iPad", Device::Tablet),
    ("Tablet", Device::Tablet),
    ("iPhone", Device::Mobile),
    ("Android", Device::Mobile),
    ("ConsoleMobile", Device::Mobile),
    ("console", Device::Web),
    ("Console", Device::Web),
    ("signin.amazonaws.com", Device::Web),
    ("Mozilla/", Device::Web),
    ("Opera/", Device::Web),
    ("exec-env/AWS_Lambda", Device::Server),
    ("exec-env/AWS_ECS", Device::Server),
    ("exec-env/EC2", Device::Server),
    ("aws-internal", Device::Server),
    ("AWS Internal", Device::Server),
    (".amazonaws.com", Device::Server),
    ("ssm-agent", Device::Server),
    ("kube", Device::Server),
    ("k8s", Device::Server),
    ("autoscaler", Device::Server),
    ("aws-cli", Device::Cli),
    ("aws-sdk", Device::Cli),
    ("Boto", Device::Cli),
    ("boto", Device::Cli),
    ("APN/", Device::Cli),
    ("Terraform", Device::Cli),
    ("terraform", Device::Cli),
    ("HashiCorp", Device::Cli),
    ("Pulumi", Device::Cli),
    ("pulumi", Device::Cli),
    ("Ansible", Device::Cli),
    ("ansible", Device::Cli),
    ("PowerShell", Device::Cli),
    ("Python", Device::Cli),
    ("python", Device::Cli),
    ("Go-http-client", Device::Cli),
    ("Java/", Device::Cli),
    ("okhttp", Device::Cli),
    ("Apache-HttpClient", Device::Cli),
    ("node", Device::Cli),
    ("axios", Device::Cli),
    ("ruby", Device::Cli),
    ("curl/", Device::Cli),
    ("Wget/", Device::Cli),
    ("rclone/", Device::Cli),
    ("s3cmd", Device::Cli),
];

/// Returns the kind of device of a `user_agent`; none if it is empty or `-`.
pub(super) fn device_of(user_agent: &str) -> Option<Device> {
    if matches!(user_agent, "" | "-") {
        return None;
    }
    let known = PROGRAMS.iter().find(|(program, _)| user_agent.contains(program));
    Some(known.map_or(Device::Other, |(_, device)| *device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_told_by_the_program() {
        for (user_agent, device) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/98.0.4758.102", Device::Web),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148", Device::Mobile),
            ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)", Device::Tablet),
            ("console.ec2.amazonaws.com", Device::Web),
            ("EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.11.848 Linux/4.9.217", Device::Web),
            ("signin.amazonaws.com", Device::Web),
            ("ec2.amazonaws.com", Device::Server),
            ("aws-sdk-go-v2/1.32.3 os/linux exec-env/AWS_Lambda_go1.x", Device::Server),
            ("[aws-cli/1.18.136 Python/3.8.5 Darwin/19.5.0 botocore/1.17.59]", Device::Cli),
            ("Boto3/1.17.40 Python/3.6.12 Linux/3.10.0", Device::Cli),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io)", Device::Cli),
            ("my-own-program", Device::Other),
        ] {
            assert_eq!(device_of(user_agent), Some(device), "{user_agent}");
        }
        assert_eq!(device_of(""), None);
    }
}
