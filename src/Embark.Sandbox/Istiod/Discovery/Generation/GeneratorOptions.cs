namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>What a deployment of the control plane chooses.</summary>
/// <param name="IstioFilters">False leaves out the filters that only Istio's build of Envoy has (metadata exchange, ALPN, stats): a stock Envoy refuses them.</param>
internal sealed record GeneratorOptions(bool IstioFilters = true);
