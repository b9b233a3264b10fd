"""List the names that strangers give to our columns, and how the cells of each are read."""

from __future__ import annotations

# What a column holds decides how its cells are read; see `data.readings`.
KINDS: dict[str, str] = {
    "shipment_id": "text",
    "consignment_id": "text",
    "leg_no": "integer",
    "kind": "kind",
    "mode": "mode",
    "origin": "place",
    "destination": "place",
    "mass_kg": "mass",
    "packaging_mass_kg": "mass",
    "net_kg": "mass",
    "chargeable_kg": "mass",
    "volume_m3": "volume",
    "teu": "teu",
    "distance_km": "distance",
    "distance_kind": "choice",
    "activity_tkm": "activity",
    "activity_total_tkm": "activity",
    "departs_at": "date",
    "arrives_at": "date",
    "temperature": "temperature",
    "carrier": "text",
    "vehicle": "text",
    "vehicle_id": "text",
    "vessel_imo": "imo",
    "vessel_name": "text",
    "voyage_no": "text",
    "transport_number": "text",
    "flight_no": "text",
    "aircraft_type": "text",
    "air_option": "choice",
    "overflight": "flag",
    "toc_id": "text",
    "hoc_id": "text",
    "fuel": "text",
    "fuel_amount": "number",
    "fuel_unit": "choice",
    "energy_kwh": "number",
    "grid_id": "text",
    "carrier_wtw_kgco2e": "co2e",
    "carrier_method": "text",
    "incoterm": "text",
    "awb": "awb",
    "container_no": "container_no",
    "customer": "text",
    "consignee": "text",
    "hs_code": "text",
    "un_number": "text",
    "load_type": "text",
    "packages": "text",
    "goods": "text",
    "sub_reference": "text",
    "mass_basis": "text",
    "note": "text",
}
QUANTITIES = ("mass", "distance", "volume", "teu", "co2e", "activity")

# Names by target, or by target and part: `origin:city`, `mass_kg:unit`, `teu:type`.
NAMES: dict[str, str] = {
    "shipment_id": "shipmentid shipmentno shipmentnumber shipment shipmentref "
    "shipmentreference sshipmentid billnumber hawb hbl houseawb housebill hawbnumber "
    "tmssystemidentifier internalreference reference referenceno ref deliveryid deliveryno "
    "orderid orderno ordernumber bookingno bookingnumber consignmentno chainid "
    "transportchainid tcid id sendungsnummer sendungsnr sendung sendungsid auftragsnummer "
    "lieferung numenvio numerodeenvio envio idenvio expedicion expedition numeroexpedition "
    "numexpedition envoi numeroenvoi noenvio nenvio noexpedition nexpedition 运单号 提单号 "
    "订单号 货运单号 单号 发货单号",
    "shipment_id:plain": "documentno",
    "consignment_id": "consignmentid consignment",
    "sub_reference": "subreference externalsubreference externalreference externalref subref",
    "leg_no": "legno legnumber leg sequenceno sequencenumber sequence seq seqno tceno "
    "tcenumber tcesequence tceindex stage stageno abschnitt abschnittsnr tramo troncon etape "
    "序号 段号 航段",
    "kind": "kind type tcetype elementtype legtype legorhub",
    "mode": "mode method transportmode transportationmode modeoftransport "
    "modeoftransportation smodeoftransport transporttype meansoftransport transportart "
    "verkehrstraeger verkehrstrager verkehrsmittel transportmittel mododetransporte "
    "modotransporte mediodetransporte modo modedetransport moyendetransport modetransport "
    "运输方式 运输模式",
    "origin": "origin from source start startpoint origincode originlocation originplace "
    "pickup pickuplocation placeofreceipt fromlocation frm von abgangsort versandort startort "
    "ladeort desde origen lugardeorigen origine depart lieudedepart 起运地 始发地 出发地 "
    "发货地 起点",
    "origin:locode": "pol originport portofloading loadport loadingport originportcode "
    "originlocode originunlocode pickuplocode fromlocode polcode originaddressunlocode "
    "originairport airportoforigin airportofdeparture departureairport departureport fromport "
    "puertodeorigen puertodecarga portdechargement ladehafen abgangshafen 起运港 装货港 "
    "始发港",
    "origin:city": "origincity shippercity sendershippercity sendercity fromcity pickupcity "
    "originaddresscity shipfromcity cityoforigin abgangsstadt versandstadt absenderort "
    "ciudadorigen ciudaddeorigen villedepart villededepart 起运城市 发货城市",
    "origin:country": "origincountry shipmentorigincountry shippercountry sendercountry "
    "sendershippercountry fromcountry pickupcountry origincountrycode "
    "originaddresscountrycode originaddresscountry shipfromcountry countryoforigin "
    "absenderland versandland paisorigen paisdeorigen paysdepart paysdorigine 起运国 发货国家",
    "origin:name": "originname",
    "origin:state": "originstate originaddressstate shipperstate fromstate pickupstate "
    "originprovince shipfromstate",
    "origin:street": "pickupstreet originaddressstreetaddress originaddress1",
    "origin:postcode": "pickuppostcode originzip originaddresszip originpostcode "
    "originpostalcode frompostcode originaddresspostalcode",
    "origin:coordinates": "pickupcoordinates origincoordinates fromcoordinates originlatlon",
    "origin:lat": "originlat originlatitude fromlat origincoordinateslat origincoordinateslatitude",
    "origin:lon": "originlon originlng originlongitude fromlon fromlng origincoordinateslon "
    "origincoordinateslng origincoordinateslongitude",
    "destination": "destination to dest end endpoint destinationcode destinationlocation "
    "shipmentdestination finaldestination delivery deliverylocation placeofdelivery "
    "tolocation destinationplace nach zielort zielbahnhof empfangsort lieferort ziel hasta "
    "destino lugardedestino arrivee lieudarrivee destinationfinale 目的地 到达地 收货地 终点",
    "destination:locode": "pod destinationport portofdischarge dischargeport "
    "destinationportcode destinationlocode destinationunlocode deliverylocode tolocode "
    "podcode toport arrivalport destinationaddressunlocode destinationairport "
    "airportofdestination airportofarrival arrivalairport puertodedestino puertodedescarga "
    "portdedechargement loeschhafen zielhafen 目的港 卸货港",
    "destination:city": "destinationcity consigneecity receivercity tocity deliverycity "
    "destinationaddresscity shiptocity zielstadt empfaengerort empfangerort ciudaddestino "
    "ciudaddedestino villearrivee villedarrivee 目的城市 收货城市",
    "destination:country": "destinationcountry consigneecountry receivercountry tocountry "
    "deliverycountry destinationcountrycode destinationaddresscountrycode shiptocountry "
    "destinationaddresscountry shipmentdestinationcountry empfaengerland empfangerland "
    "zielland paisdestino paisdedestino paysarrivee paysdedestination 目的国 收货国家",
    "destination:name": "destinationname",
    "destination:state": "destinationstate destinationaddressstate consigneestate tostate "
    "deliverystate destinationprovince shiptostate",
    "destination:street": "deliverystreet destinationaddressstreetaddress destinationaddress1",
    "destination:postcode": "deliverypostcode destinationzip destinationaddresszip "
    "destinationpostcode destinationpostalcode topostcode destinationaddresspostalcode",
    "destination:coordinates": "deliverycoordinates destinationcoordinates tocoordinates "
    "destinationlatlon",
    "destination:lat": "destinationlat destinationlatitude tolat destinationcoordinateslat "
    "destinationcoordinateslatitude",
    "destination:lon": "destinationlon destinationlng destinationlongitude tolon tolng "
    "destinationcoordinateslon destinationcoordinateslng destinationcoordinateslongitude",
    "mass_kg": "grossweight grossmass grosswt grossweightamount actualweight "
    "actualgrossweight actualmass bruttogewicht rohgewicht pesobruto poidsbrut 毛重 实际重量 "
    "总毛重",
    "mass_kg:plain": "mass weight massamount weightamount weightvalue totalweight totalmass "
    "wt gewicht gesamtgewicht masse peso pesototal poids poidstotal cargoweight 重量 货重 "
    "总重量 总重",
    "mass_kg:unit": "massunit weightunit grossweightunit weightuom weightuq weightunits "
    "grossweightuom uom gewichtseinheit unidadpeso unidaddepeso unitepoids unitedepoids "
    "重量单位",
    "mass_basis": "massbasis weightbasis weighttype",
    "net_kg": "netweight netmass netwt nettogewicht pesoneto poidsnet 净重",
    "packaging_mass_kg": "packagingmass packagingweight verpackungsgewicht tareweight",
    "chargeable_kg": "chargeableweight chargeablewt chargeable chargedweight billedweight "
    "billableweight volumetricweight volumeweight volweight dimensionalweight dimweight wm "
    "weightormeasure revenuetons revenueton frachtpflichtigesgewicht volumengewicht "
    "pesotasable pesovolumetrico pesofacturable poidstaxable poidsvolumetrique 计费重量 "
    "计费重 体积重 体积重量",
    "chargeable_kg:unit": "chargeableweightunit chargeableunit volumetricweightunit",
    "volume_m3": "volume vol totalvolume cubage grossvolume volumen volumevalue 体积",
    "volume_m3:unit": "volumeunit volumeuom",
    "teu": "teu teus numberofteu teuvalue 标箱数",
    "teu:containers": "containers containerlist containermix containerload equipment "
    "contenedores conteneurs 箱型箱量 集装箱",
    "teu:count": "ncontainers numberofcontainers containercount numcontainers containerqty "
    "containerquantity noofcontainers anzahlcontainer 箱量",
    "teu:type": "containersizetypecode containertype containersize containersizetype "
    "equipmenttype containercode isocode 箱型",
    "distance_km": "distance distancevalue totaldistance distancetravelled mileage entfernung "
    "strecke distanz distancia recorrido parcours 距离 里程 运距",
    "distance_km:unit": "distanceunit distanceuom distanceunits unidaddistancia unitedistance",
    "distance_kind": "distancekind",
    "activity_tkm": "activity transportactivity tkm tonnekilometres tonnekilometers tonkm "
    "transportleistung 吨公里 周转量",
    "activity_total_tkm": "activitytotal activitytotaltkm",
    "departs_at": "departsat shippedat shipmentdate shipdate etd atd atddate departuredate "
    "departure dateoffirsttransportleg firstlegdate date pickupdate actualpickupdate "
    "detailsdeparturedate departedat versanddatum abfahrt abgangsdatum datum fecha "
    "fechadeenvio fechaenvio fechasalida fechadesalida dateexpedition datedexpedition "
    "datedepart dateenvoi 发货日期 起运日期 离港日期 日期 开船日期",
    "departs_at:planned": "plannedpickupdate planneddeparture readyat readydate",
    "arrives_at": "arrivesat eta ata atadate arrivaldate arrival deliverydate shipmenteta "
    "ankunft ankunftsdatum lieferdatum fechallegada fechadellegada datearrivee datelivraison "
    "到达日期 到港日期",
    "arrives_at:planned": "dueat duedate requesteddeliverydate plannedarrival",
    "temperature": "temperature temperaturecontrol temperaturecontrolled cooling reefer "
    "refrigerated tempcontrol temp coolingreefer refrigerado refrigere kuehlung kuhlung "
    "gekuehlt specializedfreighthandling 冷藏 温控 温度",
    "carrier": "carrier carriername transportoperator hauler haulier airline shippingline "
    "carrierscac frachtfuehrer spediteur transportista naviera transporteur 承运人 船公司",
    "vehicle": "vehicle vehicletype vehicleclass trucktype vesseltype fahrzeugtyp fahrzeug "
    "tipovehiculo tipodevehiculo typevehicule typedevehicule 车型",
    "vehicle_id": "vehicleid vin licenseplate licenceplate plate numberplate truckid "
    "kennzeichen matricula immatriculation 车牌号 车牌",
    "vessel_imo": "vesselimo imo imonumber imono lloydsnumber lloydsno vesselimonumber imovessel",
    "vessel_name": "vessel vesselname shipname ship motorvessel schiff schiffsname buque "
    "navire vesselvesselname 船名",
    "voyage_no": "voyage voyageno voyagenumber vesselvoyagenumber reise viaje 航次",
    "transport_number": "transportnumber transportno",
    "flight_no": "flight flightno flightnumber flug flugnummer vuelo vol1 numvol 航班 航班号",
    "aircraft_type": "aircrafttype aircraft flugzeugtyp 机型",
    "air_option": "airoption",
    "overflight": "overflight",
    "toc_id": "tocid toc",
    "hoc_id": "hocid hoc",
    "fuel": "fuel fueltype fuelcode kraftstoff combustible carburant 燃料",
    "fuel_amount": "fuelamount",
    "fuel_unit": "fuelunit",
    "energy_kwh": "energykwh kwh electricitykwh",
    "grid_id": "gridid",
    "carrier_wtw_kgco2e": "co2e co2 emissions totalemissions emission totalco2e co2emissions "
    "co2eemissions carrieremissions carrierco2e ghgemissions co2ewtw wtwco2e wtwemissions wtw "
    "emissionen emisiones 碳排放 碳排放量 排放量",
    "carrier_wtw_kgco2e:unit": "co2eunit emissionsunit emissionunit",
    "carrier_method": "carriermethod methodology calculationmethod calculationmethodology "
    "emissionsmethod co2emethod methode metodologia",
    "incoterm": "incoterm incoterms deliveryterms termsofdelivery lieferbedingung 贸易术语",
    "awb": "awb mawb awbnumber airwaybill masterawb mawbnumber awbno luftfrachtbrief 空运单号",
    "container_no": "container containerno containernumber containernr containerid "
    "containernummer 箱号 集装箱号",
    "customer": "customer customername shipper shippername sendershippername client "
    "clientaccountname clientaccounthandle kunde absender cliente client1 发货人 客户",
    "consignee": "consignee consigneename consgineename receiver receivername empfaenger "
    "empfanger destinatario destinataire 收货人",
    "hs_code": "hscode tariffcode hs commoditycode",
    "un_number": "unnumber unno hazmatcode",
    "load_type": "fcllcl loadtype containerizationtype vesselcontainerizationtype ftlltl",
    "packages": "packages noofpackages pieces pcs packageqty colli packstuecke bultos colis 件数",
    "goods": "goodsdescription description commodity goods warenbezeichnung mercancia "
    "marchandise 货物名称 品名",
    "note": "note notes remark remarks comment bemerkung",
}
