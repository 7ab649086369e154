namespace Embark.Sandbox.Docker;

/// <summary>
/// What tests want to go wrong, from lines of a file on the VM: <c>pull KIND</c>, <c>architecture NAME</c> (of images pulled
/// from now on), <c>program SHELL TEXT</c> (what proxies pulled from now on run instead).
/// </summary>
internal sealed record Faults(string? Pull, string? Architecture, string? Program)
{
    public const string File = "/etc/docker/sandbox-faults";

    public static Faults Read()
    {
        if (!System.IO.File.Exists(File))
            return new(null, null, null);
        var lines = System.IO.File.ReadAllLines(File).Select(line => line.Split(' ', 2)).Where(words => words.Length == 2)
            .GroupBy(words => words[0]).ToDictionary(group => group.Key, group => group.Last()[1]);
        return new(lines.GetValueOrDefault("pull"), lines.GetValueOrDefault("architecture"), lines.GetValueOrDefault("program"));
    }

    /// <summary>Words as docker's server says them (20.10 and 28).</summary>
    public void ThrowOnPull(ImageName name)
    {
        if (Pull is null)
            return;
        const string Registry = "https://registry-1.docker.io/v2/";
        throw DockerException.Daemon(Pull switch
        {
            "dns" => $"Get \"{Registry}\": dial tcp: lookup registry-1.docker.io: no such host",
            "denied" => $"pull access denied for {name.Repository}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
            "unauthorized" => $"Head \"{Registry}{name.Repository}/manifests/{name.Tag}\": unauthorized: authentication required",
            "toomanyrequests" => "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
            "tls" => $"Get \"{Registry}\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "full" => "failed to register layer: write /usr/local/bin/envoy: no space left on device",
            _ => $"manifest for {name} not found: manifest unknown: manifest unknown",
        });
    }
}
