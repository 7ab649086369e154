using Embark.Sandbox.ApiServer;

namespace Embark.Controller.Tests;

public sealed class ControllerProgramTests
{
    [Fact(Timeout = 60_000)]
    public async Task It_answers_that_it_is_well_and_ends_on_a_signal()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var api = await ApiServer.StartAsync(new ApiServerOptions(), cancel);
        await using var program = await ControllerProcess.StartAsync(api.KubeconfigFor("admin"), [], cancel);

        using var http = new HttpClient();
        Assert.Equal("ok", await http.GetStringAsync(new Uri(program.Address, "healthz"), cancel));
        Assert.Equal(0, await program.StopAsync(cancel));
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_a_cluster_it_says_so_and_ends_with_the_class_of_the_failure()
    {
        var (code, error) = await ControllerProcess.RunAsync(["--kubeconfig", "/nowhere/config"], TestContext.Current.CancellationToken);
        Assert.Equal((int)FailureClass.ClusterAccess, code);
        Assert.Contains("/nowhere/config", error, StringComparison.Ordinal);
        Assert.Contains("fix:", error, StringComparison.Ordinal);
    }
}
