using Embark.Mesh;

namespace Embark.Tests.Mesh;

/// <summary>What an operator allows those who write WorkloadEntries.</summary>
public sealed class PolicySpecs
{
    private const string Yaml = """
        addresses: [10.0.0.0/8, 192.0.2.7, "2001:db8::/32", "*.vm.example.com"]
        sshUsers: [istio-proxy, Mesh]
        configDirs: [/etc/istio-proxy, /srv/]
        images: [docker.io/istio/proxyv2, registry.example.com:5000/mesh]
        """;

    [Theory(Timeout = 15_000)]
    [InlineData("10.1.2.3", true)]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.2.8", false)]
    [InlineData("2001:db8::5", true)]
    [InlineData("2001:db9::5", false)]
    [InlineData("a.vm.example.com", true)]
    [InlineData("vm.example.com", false)]
    [InlineData("a.vm.example.com.evil.org", false)]
    public void Addresses_are_networks_and_globs(string host, bool allowed) => Check(allowed, (policy, findings) => policy.CheckHost(host, "x", findings));

    [Theory(Timeout = 15_000)]
    [InlineData("istio-proxy", true)]
    [InlineData("Mesh", true)]
    [InlineData("root", false)]
    public void Users_are_listed(string user, bool allowed) => Check(allowed, (policy, findings) => policy.CheckUser(user, "x", findings));

    [Theory(Timeout = 15_000)]
    [InlineData("/etc/istio-proxy", true)]
    [InlineData("/etc/istio-proxy/a", true)]
    [InlineData("/etc/istio-proxy2", false)]
    [InlineData("/srv/a", true)]
    [InlineData("/home/a", false)]
    public void Directories_are_prefixes_at_a_slash(string directory, bool allowed) => Check(allowed, (policy, findings) => policy.CheckDirectory(directory, "x", findings));

    [Theory(Timeout = 15_000)]
    [InlineData("docker.io/istio/proxyv2:1.30.3", true)]
    [InlineData("docker.io/istio/proxyv2@sha256:aa", true)]
    [InlineData("docker.io/istio/proxyv2-evil:1", false)]
    [InlineData("registry.example.com:5000/mesh/proxyv2:1", true)]
    [InlineData("registry.example.com/mesh/proxyv2:1", false)]
    public void Images_are_repositories_or_below(string image, bool allowed) => Check(allowed, (policy, findings) => policy.CheckImage(image, "x", findings));

    [Fact(Timeout = 15_000)]
    public void Everything_wrong_with_a_policy_is_told_at_once()
    {
        var refused = Assert.Throws<InvalidInputException>(() => Policy.Parse("addresses: [10.0.0.1/99]\nsshUsers: root\nimage: [x]\n", "policy.yaml"));

        Assert.Equal(["policy.yaml image", "policy.yaml addresses", "policy.yaml sshUsers"], refused.Problems.Select(p => p.Where));
    }

    [Fact(Timeout = 15_000)]
    public void Without_a_policy_the_grammars_alone_decide()
    {
        var findings = new Findings();
        Policy.None.CheckHost("203.0.113.1", "x", findings);
        Policy.None.CheckUser("anybody", "x", findings);

        Assert.Empty(findings.Problems);
    }

    private static void Check(bool allowed, Action<Policy, Findings> check)
    {
        var findings = new Findings();
        check(Policy.Parse(Yaml, "policy.yaml"), findings);
        Assert.Equal(allowed, findings.Problems.Count == 0);
    }
}
