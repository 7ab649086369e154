using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Delivery;

namespace Embark.Checks;

/// <summary>The Docker server: is there one that answers this user, and can it do what is asked? (fault rows 81-83)</summary>
internal static class DockerChecks
{
    /// <summary>Docker 19.03: the first with every option of the run command, and the oldest that is tried.</summary>
    private static readonly Version OldestApi = new(1, 40);

    private const string Where = "docker";
    private const string InstallFix = "install Docker on the VM (sudo apt-get -y install docker.io) and add the SSH user to its group (sudo usermod -aG docker USER)";

    public static void Examine(DockerAnswer? docker, Findings found)
    {
        if (docker is null) return;
        if (docker.ExitCode == 0 && !IsPodman(docker)) Server(docker, found);
        else Refusal(docker, found);
    }

    private static void Refusal(DockerAnswer docker, Findings found)
    {
        var (what, fix) = docker switch
        {
            _ when IsPodman(docker) => ("the docker command is podman, whose containers do not come back by themselves after a restart of the VM", InstallFix),
            { ExitCode: 127 } => ("there is no docker command on the VM", InstallFix),
            { ExitCode: 124 or 137 or 143 } => ("the Docker server did not answer within 10 s: it is frozen or overloaded", "on the VM: sudo systemctl restart docker; see journalctl -u docker"),
            _ when docker.Text.Contains("permission denied", StringComparison.OrdinalIgnoreCase) =>
                ("the SSH user may not talk to the Docker server (permission denied on its socket)", "on the VM: sudo usermod -aG docker USER; it counts from the next login. Embark does not use sudo"),
            _ when IsDown(docker.Text) => ("the Docker server is not running", "on the VM: sudo systemctl enable --now docker"),
            _ => ($"docker version failed (exit {docker.ExitCode}): {Printable.Text(docker.Text)}", "see that `docker version` works for the SSH user on the VM"),
        };
        found.Refuse(Where, what, fix);
    }

    private static bool IsDown(string text) =>
        text.Contains("Cannot connect to the Docker daemon", StringComparison.OrdinalIgnoreCase)
        || text.Contains("Is the docker daemon running", StringComparison.OrdinalIgnoreCase)
        || text.Contains("failed to connect to the docker API", StringComparison.OrdinalIgnoreCase);

    private static bool IsPodman(DockerAnswer docker) =>
        docker.Text.Contains("podman", StringComparison.OrdinalIgnoreCase) || docker.Text.Contains("libpod", StringComparison.OrdinalIgnoreCase);

    private static void Server(DockerAnswer docker, Findings found)
    {
        var server = docker.Version?["Server"];
        if (server is not JsonObject)
        {
            found.Refuse(Where, "the Docker server gave no version", "see that `docker version` works for the SSH user on the VM");
            return;
        }

        if (Version.TryParse(server["ApiVersion"]?.ToString(), out var api) && api < OldestApi)
            found.Refuse(Where, $"Docker {Printable.Text(server["Version"]?.ToString() ?? "", 40)} (API {api}) is too old; API {OldestApi} (Docker 19.03) is needed", "upgrade Docker on the VM");
        if (server["Os"]?.ToString() is { } os && os != "linux")
            found.Refuse(Where, $"the Docker server runs '{Printable.Text(os)}' containers", "use a Docker server for Linux containers");

        var security = docker.Info?["SecurityOptions"] is JsonArray options ? string.Join('\n', options.Select(o => o?.ToString())) : "";
        if (security.Contains("name=rootless", StringComparison.Ordinal))
            found.Refuse(Where, "the Docker server is rootless: its host network is not the VM's", "use Docker's ordinary server on the VM");
        if (security.Contains("name=userns", StringComparison.Ordinal))
            found.Refuse(Where, "the Docker server remaps users (userns-remap): the proxy could not read its token", "turn userns-remap off in /etc/docker/daemon.json");
        if (docker.Info?["DockerRootDir"]?.ToString().StartsWith("/var/snap/", StringComparison.Ordinal) == true)
            found.Refuse(Where, "Docker was installed as a snap, which cannot read the directory on the VM", "replace it by the package docker.io");
        if (docker.AtBoot is "disabled" or "masked")
            found.Warn(Where, string.Create(CultureInfo.InvariantCulture, $"Docker is {docker.AtBoot} at boot: after a restart of the VM the proxy stays away"), "on the VM: sudo systemctl enable docker");
    }
}
