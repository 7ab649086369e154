using Embark.Delivery;

namespace Embark.Checks;

/// <summary>System, architecture, user, home and tools.</summary>
internal static class SystemChecks
{
    /// <summary>What our scripts call beyond the shell itself; all of them are in coreutils, sed and util-linux, and in busybox.</summary>
    public static readonly IReadOnlyList<string> Tools =
    [
        "base64", "cat", "chmod", "date", "df", "flock", "id", "mkdir", "mktemp", "mv", "rm", "rmdir", "sed", "sha256sum", "sleep", "stat", "sync", "tail", "timeout", "tr", "uname", "wc",
    ];

    public static void Examine(VmAnswers vm, Findings found)
    {
        if (vm.System != "Linux")
            found.Refuse("system", $"the VM runs {vm.System}, not Linux", "give the WorkloadEntry the address of a Linux machine");
        if (vm.Machine is not ("x86_64" or "amd64" or "aarch64" or "arm64"))
            found.Refuse("architecture", $"the VM is {vm.Machine}; proxies exist for amd64 and arm64 only", "use a 64-bit machine with a 64-bit system");
        if (vm.Uid == 0)
            found.Refuse("user", "SSH logs in as root, and the proxy would run as root",
                "make an ordinary user in the docker group and set it in the annotation sidecar-bootstrap.istio.io/ssh-user or by --ssh-user");
        if (!vm.HomeExists)
            found.Refuse("home", $"the home directory '{Printable.Text(vm.Home)}' of the SSH user does not exist", "create it: sudo mkhomedir_helper USER, or sudo install -d -o USER -g USER HOME");
        if (vm.MissingTools.Count > 0)
            found.Refuse("tools", $"missing on the VM: {string.Join(", ", vm.MissingTools)}", "install the packages coreutils, sed and util-linux (on busybox systems: a build with these applets)");
    }
}
