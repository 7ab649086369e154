global using Server = Embark.Sandbox.ApiServer.ApiServer;
