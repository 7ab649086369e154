using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Steps of the guide, each run the same: files, then <c>docker rm</c> and <c>docker run</c> (sidecar-bootstrap 6.4).</summary>
internal sealed record TetratePlan(MeshSettings Mesh, WorkloadEntry Workload, VmFacts? Facts, ProxyConfiguration Config, string Image, VmPaths Paths)
{
    public (IReadOnlyList<PlanStep> Steps, string Hash) Make(Findings findings)
    {
        var options = Workload.Vm.Options;
        var environment = SidecarEnvironment.For(new(Mesh, Workload, Config), findings);
        List<PlanStep.WriteFile> files = [new(Paths.Environment, FileModes.OwnerAndGroupRead, new FileContent.Text(environment))];
        if (Mesh.KubernetesCa is { } ca) files.Add(new(Paths.KubernetesCa, FileModes.Public, new FileContent.Text(ca)));
        files.Add(new(Paths.Roots, FileModes.Public, new FileContent.Text(Mesh.RootCertificates)));
        files.Add(new(Paths.TetrateToken, FileModes.OwnerOnly,
            new FileContent.WorkloadToken(new(Workload.Name.Namespace, Workload.ServiceAccount), Mesh.TokenAudience, options.EffectiveTokenLifetime)));

        var hash = PlanHash.Of(Profile.Tetrate, files, Container($"sha256:{Placeholder.Plan}"));
        List<PlanStep> steps = [new PlanStep.EnsureDirectory(Paths.Directory, FileModes.GroupDirectory), .. files];
        if (!options.StartProxy) return (steps, hash);

        var current = Facts?.Containers.FirstOrDefault(c => c.Name == Workload.Vm.ContainerName);
        if (current is not null && !EmbarkLabels.IsOurs(current) && !options.Adopt)
            findings.RefuseVm($"VM {Workload.Vm.Ssh} container {current.Name}", "was not made by Embark", "remove or rename it, choose another name by annotation, or take it over with --adopt");
        steps.Add(new PlanStep.PullImage(Image));
        steps.Add(new PlanStep.RemoveContainer(Workload.Vm.ContainerName, options.Adopt));
        steps.Add(new PlanStep.RunContainer(Container(Facts is null ? $"sha256:{Placeholder.Plan}" : hash)));
        return (steps, hash);
    }

    private ContainerSpec Container(string hash) => TetrateContainer.For(Mesh, Workload, Config, Image, Paths, hash, hash.EndsWith(Placeholder.Plan, StringComparison.Ordinal) ? null : Mesh.ClusterId);
}
